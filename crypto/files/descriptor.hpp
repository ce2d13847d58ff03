// An owner of a file descriptor, and reading and writing that continue after a signal.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>

#include "crypto/memory/bytes.hpp"

namespace tacit::crypto {

/// An open file, directory or socket, closed by the destructor; or empty. Movable. Not thread-safe.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  /// The caller becomes responsible for closing it.
  int release();
  /// A path by which the kernel finds the open file, even if its directory has changed, and short enough for the
  /// address of a Unix socket (proc(5)).
  std::string path() const;

 private:
  int number_;
};

/// Writes all bytes, for a blocking descriptor. Returns false with errno set on failure; EIO if the system accepts no
/// bytes. Any thread.
bool write_all(int descriptor, ByteView bytes);

/// read(2), repeated while a signal interrupts it: the number of bytes, 0 at the end, or -1 with errno set. Any thread.
ssize_t read_some(int descriptor, std::span<std::uint8_t> into);

}  // namespace tacit::crypto
