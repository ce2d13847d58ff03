// Writes log lines to a descriptor.
#pragma once

#include <cstddef>
#include <string_view>

namespace tacit::http {

/// Whether the descriptor is the journal's stream named by JOURNAL_STREAM (systemd.exec(5)): DEVICE:INODE in decimal.
bool is_journal(int descriptor, const char* journal_stream);

/// Not thread-safe. The descriptor is not made non-blocking, because other processes share it.
class LogDescriptor {
 public:
  explicit LogDescriptor(int descriptor);

  /// The limit in bytes of one write of whole lines. A ready pipe accepts PIPE_BUF bytes atomically and without
  /// blocking (pipe(7)); sockets and terminals nearly always do.
  std::size_t most_at_once() const { return most_at_once_; }

  /// Writes lines, waiting for the reader as long as needed. False on failure, when a part may have been written.
  bool write(std::string_view lines);

 private:
  bool write_all(std::string_view text);
  bool wait() const;

  const int descriptor_;
  bool is_file_ = false;
  bool is_socket_ = false;
  std::size_t most_at_once_;
  bool torn_ = false;  ///< the last line was written incompletely
};

}  // namespace tacit::http
