// New secrets of a tenant: one, or several that are all stored or none. Values are sealed before the transaction, which
// then neither seals nor hashes them: all requests share the writer thread.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "store/engine/async.hpp"
#include "store/engine/context.hpp"
#include "store/model/audit.hpp"
#include "store/model/change_terms.hpp"
#include "store/rows/idempotency_row.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/secret_row.hpp"
#include "store/secrets/repeated_request.hpp"
#include "store/secrets/value_sealing.hpp"

namespace tacit::store {

/// What a seal depends on, as of one snapshot.
struct TenantState {
  Tenant tenant;  ///< as stored, or a new one
  SealingRules rules;
  std::optional<Prekey> prekey;          ///< for a tenant without a key pair, once key pairs are signed
  std::optional<crypto::Uuid> newest{};  ///< on a shared engine: the tenant's newest secret
  EarlierRequest earlier{};              ///< unless it is fresh, the rest is not read; judged again in the transaction
};

/// One secret to store.
struct Creation {
  crypto::Uuid id;
  SecretHeader header;
  Metadata metadata;
  std::uint64_t accounted = 0;
  Bytes row;
  AuditEvent event;
};

/// All inputs of the transaction.
struct CreatePlan {
  ContextPtr store;
  TenantState state;       ///< as read before; the tenant has the key pair to which the values are sealed
  bool makes_key = false;  ///< the tenant gets that key pair by this write
  crypto::Uuid tenant;
  RepeatableKind kind = RepeatableKind::create;
  std::vector<Creation> secrets;
  ChangeTerms terms;
  std::int64_t now = 0;  ///< microseconds since the Unix epoch
  AuditContext who;
};

/// What a request got: an answer, or the refusal of its idempotency key, which is counted in a committed transaction.
struct Answered {
  ChangedSecrets changed;
  bool key_reused = false;
};

/// A plan without secrets. `now` is read from the store's clock.
std::shared_ptr<CreatePlan> begin_plan(ContextPtr store, const crypto::Uuid& tenant, RepeatableKind kind,
                                       AuditContext who, ChangeTerms terms);
/// Adds a secret, without what depends on the tenant's state and without its value. Its id is above those before.
void add_secret(CreatePlan& plan, const NewSecret& secret);

/// Seals and stores the plan's secrets; `values` in their order. Seals in slices (store/slices/slice.hpp).
Async<ChangedSecrets> create_all(std::shared_ptr<CreatePlan> plan, std::vector<crypto::WipedBytes> values);

/// What the transaction does: for create_all. `plan` must outlive the task.
Task<Outcome<Answered>> insert_all(Transaction& transaction, CreatePlan& plan);
/// The answer to the same request as before; the plan has the request's secrets. Fails with `integrity` if the stored
/// answer is not of such a request.
Outcome<ChangedSecrets> repeat_answer(const CreatePlan& plan, const KeptAnswer& answer);

}  // namespace tacit::store
