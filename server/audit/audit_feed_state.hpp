// The position of an audit feed: the last entry that its destination has taken, in a small file:
// SEQUENCE:HASH, as for `tacit audit verify --anchor`.
#pragma once

#include <filesystem>
#include <optional>

#include "store/model/audit.hpp"

namespace tacit::server {

class AuditFeedState {
 public:
  /// Reads the file, and locks it against other processes (FILE.lock). Throws CommandFailed if the file is invalid or
  /// cannot be read, or another process uses it.
  explicit AuditFeedState(std::filesystem::path file);
  AuditFeedState(const AuditFeedState&) = delete;
  AuditFeedState& operator=(const AuditFeedState&) = delete;
  ~AuditFeedState();

  /// Returns nullopt until the first entry is taken.
  const std::optional<store::AuditMark>& last() const { return last_; }
  /// Replaces the file atomically. Throws CommandFailed.
  void save(const store::AuditMark& mark);

 private:
  const std::filesystem::path file_;
  int lock_ = -1;
  std::optional<store::AuditMark> last_;
};

}  // namespace tacit::server
