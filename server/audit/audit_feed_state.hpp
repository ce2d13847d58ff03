// How far an audit feed has come: the last entry that its destination has taken, in a small file:
// SEQUENCE:HASH, as `tacit audit verify --anchor` takes it.
#pragma once

#include <filesystem>
#include <optional>

#include "store/model/audit.hpp"

namespace tacit::server {

class AuditFeedState {
 public:
  /// Reads it, and keeps other processes from using it meanwhile (FILE.lock). Throws CommandFailed if what is there is
  /// no such state or cannot be read, or another process uses it.
  explicit AuditFeedState(std::filesystem::path file);
  AuditFeedState(const AuditFeedState&) = delete;
  AuditFeedState& operator=(const AuditFeedState&) = delete;
  ~AuditFeedState();

  /// Nothing before the first entry was taken.
  const std::optional<store::AuditMark>& last() const { return last_; }
  /// Replaces the file as a whole. Throws CommandFailed.
  void save(const store::AuditMark& mark);

 private:
  const std::filesystem::path file_;
  int lock_ = -1;
  std::optional<store::AuditMark> last_;
};

}  // namespace tacit::server
