#include "server/audit/audit_feed_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "crypto/files/descriptor.hpp"
#include "crypto/files/trusted_folder.hpp"
#include "http/log/printable.hpp"
#include "server/audit/audit_feed_syslog.hpp"
#include "server/audit/audit_text.hpp"
#include "server/config/errors.hpp"

namespace tacit::server {
namespace {

constexpr mode_t file_mode = 0640;
// The beginnings of the feed's lines: entries, and gaps for pruned entries.
constexpr std::string_view line_begin = "{\"sequence\":";
constexpr std::string_view gap_begin = "{\"event\":\"audit_gap\"";
constexpr std::size_t unblocked = 4096;  // PIPE_BUF: a writable pipe takes this much without blocking

/// Whether the shorter of the two texts is the beginning of the other.
bool begins(std::string_view text, std::string_view line) {
  return text.substr(0, line.size()) == line.substr(0, text.size());
}

std::string why(int error) { return std::generic_category().message(error); }

/// Appends lines to a file. A partial line after a crash is removed at the next start.
class FileOutput final : public AuditFeedOutput {
 public:
  explicit FileOutput(std::string file) : file_(std::move(file)) { open(); }
  ~FileOutput() override { close(); }

  bool put(const std::string& line) override {
    if (was_moved()) reopen();
    const off_t before = ::lseek(descriptor_, 0, SEEK_END);
    const std::string text = line + '\n';
    if (!crypto::write_all(descriptor_, crypto::as_bytes(text))) give_up(before, errno);
    return true;
  }
  void sync() override {
    if (::fdatasync(descriptor_) != 0) fail(errno);
  }
  void reopen() override {
    if (descriptor_ >= 0) sync();
    close();
    open();
  }

 private:
  [[noreturn]] void fail(int error) const { throw CommandFailed("--to " + file_ + ": " + why(error)); }

  void open() {
    const auto found = crypto::find_file(file_);
    if (!found) throw CommandFailed("--to " + file_ + ": " + found.error().why);
    constexpr int flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    descriptor_ = ::openat(found->folder.get(), found->name.c_str(), flags, file_mode);
    if (descriptor_ < 0) fail(errno);
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail(errno);
    if (!S_ISREG(status.st_mode)) throw CommandFailed("--to " + file_ + " is not a regular file (-: standard output)");
    // A user with write access to the folder may have linked a file of root to that name.
    if (::geteuid() == 0 && status.st_nlink != 1) {
      throw CommandFailed("--to " + file_ + " has other names (hard links)");
    }
    mend_end(status.st_size);
  }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

  /// Detects a rename without SIGHUP. logrotate renames the file and sends SIGHUP.
  bool was_moved() const {
    struct stat open {};
    struct stat named {};
    return ::fstat(descriptor_, &open) == 0 &&
           (::stat(file_.c_str(), &named) != 0 || named.st_ino != open.st_ino || named.st_dev != open.st_dev);
  }

  /// Removes a partial last line. The feed's recorded position is before that line, so it is delivered again.
  void mend_end(off_t size) const {
    std::string tail(static_cast<std::size_t>(std::min<off_t>(size, off_t{1} << 20)), '\0');
    const off_t from = size - static_cast<off_t>(tail.size());
    if (::pread(descriptor_, tail.data(), tail.size(), from) != static_cast<ssize_t>(tail.size())) return;
    if (tail.empty() || tail.back() == '\n') return;
    const std::size_t newline = tail.rfind('\n');
    const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
    const std::string_view rest = std::string_view(tail).substr(begin);
    // A single brace may belong to another program's line.
    const bool ours = rest.size() >= 2 && (begins(rest, line_begin) || begins(rest, gap_begin));
    if (ours && (newline != std::string::npos || from == 0)) {
      if (::ftruncate(descriptor_, from + static_cast<off_t>(begin)) != 0) fail(errno);
    } else if (::write(descriptor_, "\n", 1) != 1) {
      fail(errno);
    }
  }

  [[noreturn]] void give_up(off_t before, int error) const {
    struct stat status {};
    if (::fstat(descriptor_, &status) == 0 && before >= 0 && status.st_size > before &&
        ::ftruncate(descriptor_, before) != 0) {
      error = errno;
    }
    fail(error);
  }

  const std::string file_;
  int descriptor_ = -1;
};

/// Standard output. Its reader may be slow; no snapshot of the store is held meanwhile.
class StreamOutput final : public AuditFeedOutput {
 public:
  explicit StreamOutput(const StopSignals& signals) : signals_(signals) {}

  bool put(const std::string& line) override {
    const std::string text = (terminal_ ? http::printable_json(line) : line) + '\n';
    std::size_t done = 0;
    while (done < text.size()) {
      if (!signals_.wait(STDOUT_FILENO, POLLOUT, std::chrono::hours(1))) {
        if (StopSignals::stopped()) return false;
        continue;
      }
      const ssize_t put = ::write(STDOUT_FILENO, text.data() + done, std::min(text.size() - done, unblocked));
      if (put < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (put < 0) throw CommandFailed("the output could not be written: " + why(errno));
      done += static_cast<std::size_t>(put);
    }
    return true;
  }
  void sync() override {}
  void reopen() override {}

 private:
  const StopSignals& signals_;
  const bool terminal_ = ::isatty(STDOUT_FILENO) == 1;
};

}  // namespace

std::unique_ptr<AuditFeedOutput> open_audit_feed_output(const std::string& to, const StopSignals& signals) {
  constexpr std::string_view socket_prefix = "syslog:";
  if (to == "-") return std::make_unique<StreamOutput>(signals);
  if (to == "syslog") return open_syslog_output("/dev/log", signals);
  if (to.starts_with(socket_prefix)) return open_syslog_output(to.substr(socket_prefix.size()), signals);
  return std::make_unique<FileOutput>(to);
}

}  // namespace tacit::server
