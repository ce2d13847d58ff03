// The chain of the audit log, followed entry by entry. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/model/audit.hpp"

namespace tacit::store {

class AuditChain {
 public:
  explicit AuditChain(const AuditMark& after = {}) : last_(after) {}

  /// Nothing if the entry follows the last one; else what is wrong, in words. Goes on from it in any case, unless it is
  /// no later than the last one.
  std::optional<std::string> follow(const AuditMark& mark, std::string_view body);

  /// The last entry that was followed.
  const AuditMark& last() const { return last_; }

 private:
  AuditMark last_;
};

}  // namespace tacit::store
