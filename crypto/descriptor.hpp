// An owner of a file descriptor.
#pragma once

#include <string>

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

}  // namespace tacit::crypto
