// How many rows name each key: what a rewrap has to do, and whether a key can be retired.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "crypto/ids/key_id.hpp"
#include "store/model/key_kind.hpp"

namespace tacit::store {

struct KeyUse {
  /// A root key: tenants that have a key pair sealed to it. A root signing key: tenants that have a pair which it
  /// signed. A metadata key: tenants whose record or erasure mark names it (also as the previous key); the audit log's
  /// checkpoint is counted here, too.
  std::uint64_t tenants = 0;
  std::uint64_t secrets = 0;
  std::uint64_t beside = 0;  ///< of a metadata key: previous values, uses, and answers kept for Idempotency-Keys
  std::uint64_t api_keys = 0;
  std::uint64_t prekeys = 0;  ///< of a root key or a root signing key
  // Rows that a root signing key signed.
  std::uint64_t key_lists = 0;    ///< 0 or 1
  std::uint64_t checkpoints = 0;  ///< of the audit log: at most 1 for each slot
  std::uint64_t erasure_marks = 0;
  std::uint64_t rekey_marks = 0;      ///< 0 or 1
  std::uint64_t cut_off_records = 0;  ///< 0 or 1

  /// The rows that are no tenant's record, no secret and no API key.
  std::uint64_t rows() const {
    return beside + prekeys + key_lists + checkpoints + erasure_marks + rekey_marks + cut_off_records;
  }
  std::uint64_t total() const { return tenants + secrets + api_keys + rows(); }
};

/// Counted from the rows, unverified.
struct KeyCensus {
  std::map<crypto::KeyId, KeyUse> uses;
  std::uint64_t unreadable = 0;  ///< rows whose key cannot be determined

  KeyUse of(const crypto::KeyId& id) const {
    const auto found = uses.find(id);
    return found == uses.end() ? KeyUse() : found->second;
  }
};

/// Why a key with these uses cannot be retired, and what to do, in words that follow a colon. `use.total()` is not 0.
std::string hindrance_of(KeyKind kind, const KeyUse& use);

}  // namespace tacit::store
