// The descriptor that log lines are written to.
#pragma once

#include <cstddef>
#include <string_view>

namespace tacit::http {

/// Whether the descriptor is the journal's stream that JOURNAL_STREAM tells of (systemd.exec(5)): DEVICE:INODE, in
/// decimal.
bool is_journal(int descriptor, const char* journal_stream);

/// Not thread-safe. The descriptor is other processes' too, so it is not made a non-blocking one.
class LogDescriptor {
 public:
  explicit LogDescriptor(int descriptor);

  /// How much may be written at once, as whole lines. Pipes take PIPE_BUF bytes without mixing them with what other
  /// processes write, and without waiting once they are ready at all (pipe(7)); so do sockets and terminals, nearly.
  std::size_t most_at_once() const { return most_at_once_; }

  /// Writes lines, for as long as the reader needs. False if that fails: some of it may be written.
  bool write(std::string_view lines);

 private:
  bool write_all(std::string_view text);
  bool wait() const;

  const int descriptor_;
  bool is_file_ = false;
  bool is_socket_ = false;
  std::size_t most_at_once_;
  bool torn_ = false;  ///< the last line that was written lacks its end
};

}  // namespace tacit::http
