#include "http/log/log_descriptor.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <climits>
#include <optional>

namespace tacit::http {
namespace {

constexpr std::size_t most_into_file = 64 * 1024;
constexpr int poll_ms = 1000;

std::optional<unsigned long> number(std::string_view text) {
  unsigned long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

bool is_journal(int descriptor, const char* journal_stream) {
  if (journal_stream == nullptr) return false;
  const std::string_view text(journal_stream);
  const auto colon = text.find(':');
  struct stat status {};
  if (colon == text.npos || ::fstat(descriptor, &status) != 0) return false;
  return number(text.substr(0, colon)) == status.st_dev && number(text.substr(colon + 1)) == status.st_ino;
}

LogDescriptor::LogDescriptor(int descriptor) : descriptor_(descriptor), most_at_once_(PIPE_BUF) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return;
  is_file_ = S_ISREG(status.st_mode);
  is_socket_ = S_ISSOCK(status.st_mode);
  if (is_file_) most_at_once_ = most_into_file;
}

/// Waits without a deadline until the reader accepts more; this thread has no other work. False on an error.
bool LogDescriptor::wait() const {
  if (is_file_) return true;
  for (;;) {
    pollfd poll{descriptor_, POLLOUT, 0};
    const int ready = ::poll(&poll, 1, poll_ms);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool LogDescriptor::write_all(std::string_view text) {
  while (!text.empty()) {
    if (!wait()) return false;
    const ssize_t put = is_socket_ ? ::send(descriptor_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                                   : ::write(descriptor_, text.data(), text.size());
    if (put < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (put <= 0) return false;
    torn_ = text[static_cast<std::size_t>(put) - 1] != '\n';
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

bool LogDescriptor::write(std::string_view lines) {
  // End a line that an earlier error cut off, so that the next line does not continue it.
  return (!torn_ || write_all("\n")) && write_all(lines);
}

}  // namespace tacit::http
