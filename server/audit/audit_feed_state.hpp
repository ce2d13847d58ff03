// The position of an audit feed: the last entry of each slot that its destination has taken, in a small file, one line
// each: SEQUENCE:HASH, as for `tacit audit verify --anchor`, with SLOT: before it for the slots beside 0.
#pragma once

#include <filesystem>
#include <map>

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

  using Marks = std::map<store::AuditSlot, store::AuditMark>;
  /// Empty until the first entry is taken.
  const Marks& last() const { return last_; }
  /// Replaces the file atomically. Throws CommandFailed.
  void save(const store::AuditMark& mark);

 private:
  const std::filesystem::path file_;
  int lock_ = -1;
  Marks last_;
};

}  // namespace tacit::server
