// Follows the chain of the audit log, entry by entry. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/model/audit.hpp"

namespace tacit::store {

class AuditChain {
 public:
  explicit AuditChain(const AuditMark& after = {}) : last_(after) {}

  /// std::nullopt if the entry follows the last one; else a description of the fault. Continues from this entry in any
  /// case, unless its sequence is not larger than the last one's.
  std::optional<std::string> follow(const AuditMark& mark, std::string_view body);

  /// The last entry that was followed.
  const AuditMark& last() const { return last_; }

 private:
  AuditMark last_;
};

}  // namespace tacit::store
