// The terms of a change of secrets: on which conditions it is made, and whether it is made once only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/memory/wiped.hpp"
#include "crypto/primitives/digest.hpp"
#include "store/model/secret.hpp"

namespace tacit::store {

/// What must be true of the stored secret. A state of a secret is known by its `updated_at`, which every change raises.
struct Precondition {
  /// The secret is in one of these states; an empty list: no state satisfies it. std::nullopt: no such condition.
  std::optional<std::vector<std::int64_t>> states{};
  bool exists = false;  ///< the secret exists, in any state
  bool absent = false;  ///< no secret of that name exists

  bool operator==(const Precondition&) const = default;
};

/// Makes a request that is sent again answer as it did the first time (store/rows/idempotency_row.hpp).
struct IdempotencyKey {
  crypto::WipedBytes key;    ///< as the client chose it: never stored
  crypto::Digest request{};  ///< SHA-256 of the method, the path and the query
  crypto::Digest body{};     ///< SHA-256 of the body
};

struct ChangeTerms {
  Precondition precondition{};
  std::optional<IdempotencyKey> idempotency{};
  bool with_last_use = false;  ///< the answer has SecretInfo::last_used_at
};

/// The result of a change of one secret.
struct ChangedSecret {
  SecretInfo secret;
  bool replayed = false;  ///< the change was made by an earlier request with the same idempotency key
};

/// The result of a change of several, in the order asked for.
struct ChangedSecrets {
  std::vector<SecretInfo> secrets;
  bool replayed = false;
};

}  // namespace tacit::store
