#include "server/audit/audit_feed_state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "crypto/files/trusted_folder.hpp"
#include "server/audit/audit_point.hpp"
#include "server/config/errors.hpp"
#include "server/process/small_file.hpp"

namespace tacit::server {
namespace {

namespace fs = std::filesystem;

constexpr mode_t state_mode = 0600;
constexpr const char* not_a_place =
    "contains no SEQUENCE:HASH; remove it to start at the oldest entry, or write the last delivered entry to it";

std::string why(int error) { return std::generic_category().message(error); }

int locked(const fs::path& file) {
  const fs::path lock = file.string() + ".lock";
  const auto folder = crypto::open_folder(crypto::folder_of(lock));
  if (!folder) throw CommandFailed("--state: " + lock.string() + ": " + folder.error().why);
  constexpr int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  const int descriptor = ::openat(folder->get(), lock.filename().c_str(), flags, 0600);
  if (descriptor < 0) throw CommandFailed("--state: " + lock.string() + ": " + why(errno));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  const int error = errno;
  ::close(descriptor);
  throw CommandFailed("--state " + file.string() +
                      (error == EWOULDBLOCK ? " is used by another process" : ": " + why(error)));
}

std::optional<store::AuditMark> read_place(std::string_view text) {
  try {
    const store::AuditAnchor anchor = read_audit_anchor(text);
    if (!anchor.sequence) return std::nullopt;
    return mark_of(anchor);
  } catch (const UsageError&) {
    return std::nullopt;
  }
}

/// Empty if a line is not a place.
AuditFeedState::Marks read_places(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  AuditFeedState::Marks marks;
  for (std::string_view rest = text;;) {
    const std::size_t end = rest.find('\n');
    const auto mark = read_place(rest.substr(0, end));
    if (!mark) return {};
    marks[mark->slot] = *mark;
    if (end == std::string_view::npos) return marks;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace

AuditFeedState::AuditFeedState(fs::path file) : file_(std::move(file)), lock_(locked(file_)) {
  std::error_code error;
  const std::string text = read_small_file(file_, error);
  if (error == std::errc::no_such_file_or_directory) return;
  if (!error) last_ = read_places(text);
  if (!last_.empty()) return;
  ::close(lock_);
  throw CommandFailed("--state " + file_.string() + ": " + (error ? error.message() : not_a_place));
}

AuditFeedState::~AuditFeedState() { ::close(lock_); }

void AuditFeedState::save(const store::AuditMark& mark) {
  Marks marks = last_;
  marks[mark.slot] = mark;
  std::string text;
  for (const auto& [slot, each] : marks) text += to_string(each) + "\n";
  const std::error_code error = replace_small_file(file_, text, state_mode);
  if (error) throw CommandFailed("--state " + file_.string() + ": " + error.message());
  last_ = std::move(marks);
}

}  // namespace tacit::server
