// A rekey gives tenants new, certified key pairs and seals all their values to them, while servers run. At its end the
// old private halves are gone from the store, so copies of them open nothing that is stored later.
//
// One tenant: the first transaction puts a new pair into the record and keeps the old one as the previous pair; from
// then on all writes for the tenant seal to the new one. Steps open the values that name the previous pair and seal
// them to the new one, each with the same version; no client's view of a secret changes, and `updated_at`, the quota
// and the indexes stay the same. When no value names the previous pair, the last step removes it from the record. A
// record with a previous pair is all that an interrupted rekey of a tenant leaves; the next run continues from it.
//
// All tenants: the store has a mark (store/rows/rekey_mark.hpp) with the instant at which the rekey began. Prekeys that
// are older are replaced first. A tenant is done when its pair is signed with the primary root signing key, is not
// older than that, and is the only one. Neither can be forged by a writer of the database.
//
// Each row that is sealed again is recorded in the audit log with its digests before and after
// (store/model/audit.hpp): otherwise a rekey would hide that a row was changed without an entry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/ids/key_id.hpp"
#include "crypto/ids/uuid.hpp"
#include "store/engine/async.hpp"
#include "store/engine/context.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

/// Secrets in one transaction, and in one audit entry.
inline constexpr std::size_t most_rekeyed_at_once = 48;

/// What an operator asks for.
struct RekeyWish {
  std::optional<crypto::Uuid> tenant{};  ///< std::nullopt: all
  std::uint64_t rate = 0;                ///< secrets per second, 0: unlimited
  /// Whether to remove the previous pair although values that name it cannot be opened. They stay as they are.
  bool discard_unreadable = false;
  bool restart = false;  ///< of all tenants: whether to begin again, not where an interrupted run ended
};

/// What all steps of a run have in common.
struct RekeyOrder {
  ContextPtr store;
  AuditContext who;
  bool all = false;
  bool discard_unreadable = false;
  std::int64_t started = 0;                ///< microseconds since the Unix epoch: older pairs are replaced
  std::set<crypto::KeyNumber> repeated{};  ///< numbers that more than one pair has: such pairs are replaced
};
using RekeyOrderPtr = std::shared_ptr<const RekeyOrder>;

/// Where a step begins. A default-constructed position is the tenant's beginning.
struct RekeyPosition {
  Bytes key{};                   ///< the first row to read; empty: the first secret
  std::uint64_t unreadable = 0;  ///< values that stay as they are, up to there
  std::uint64_t secrets = 0;     ///< sealed again by this run, of the tenant
};

struct RekeyStep {
  RekeyPosition next;
  bool finished = false;              ///< there is no more to do for the tenant, except for what is in `problems`
  bool unfinished = false;            ///< the tenant keeps what had to be replaced; `problems` say why
  std::uint64_t tenants = 0;          ///< 1: the tenant lost its previous pair in this step
  std::uint64_t secrets = 0;          ///< sealed again in this step
  std::uint64_t discarded = 0;        ///< values in `problems` that the order leaves behind
  std::vector<std::string> problems;  ///< one sentence each
};

/// One step of a tenant: one transaction of about `most` secrets at most (and most_rekeyed_at_once). A step may be
/// repeated, and each step may start from RekeyPosition(). Fails with not_allowed or integrity if the primary root key
/// or root signing key is not the newest that the store names. What concerns the tenant alone is a problem, not a
/// failure. Runs on the calling thread, except for the transaction.
Async<RekeyStep> rekey_step(RekeyOrderPtr order, crypto::Uuid tenant, RekeyPosition from, std::size_t most);

}  // namespace tacit::store
