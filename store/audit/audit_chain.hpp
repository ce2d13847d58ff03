// Follows the chain of a slot of the audit log, entry by entry. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/ids/uuid.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

class AuditChain {
 public:
  /// `after` says the slot. `store`: its id, which the hashes of slots beside 0 contain.
  explicit AuditChain(const AuditMark& after = {}, const crypto::Uuid& store = {}) : store_(store), last_(after) {}

  /// std::nullopt if the entry follows the last one; else a description of the fault. Continues from this entry in any
  /// case, unless its sequence is not larger than the last one's.
  std::optional<std::string> follow(const AuditMark& mark, std::string_view body);

  /// The last entry that was followed.
  const AuditMark& last() const { return last_; }

 private:
  crypto::Uuid store_;
  AuditMark last_;
};

}  // namespace tacit::store
