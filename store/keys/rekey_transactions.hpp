// The transactions that begin and end a rekey; those between are in store/keys/rekey.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "crypto/ids/uuid.hpp"
#include "store/engine/engine.hpp"
#include "store/engine/task.hpp"
#include "store/keys/rekey.hpp"
#include "store/keys/rekey_cut_off.hpp"
#include "store/model/audit.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

struct BegunRekey {
  std::int64_t started = 0;       ///< microseconds since 1970: pairs that are older are replaced
  std::uint64_t first_entry = 0;  ///< the sequence of its audit entry
};

/// The audit entry of a rekey of all tenants.
AuditEvent rekey_event(std::string reason);

/// Continues from the mark, or writes one. An altered mark counts as missing. Fails like check_rekey.
Task<Outcome<BegunRekey>> begin_rekey(Transaction& transaction, std::shared_ptr<const RekeyOrder> order, bool restart);

/// Fails like check_rekey, and with not_found if nothing is stored of the tenant.
Task<Outcome<void>> check_rekey_of_tenant(Transaction& transaction, std::shared_ptr<const RekeyOrder> order,
                                          crypto::Uuid tenant);

/// Signs what has a MAC still: with the cut-off it would be refused. Returns sentences about rows that were not signed.
/// None of them needs a further run: forged ones are removed, and a rewrap can sign those of a retired key.
Task<Outcome<std::vector<std::string>>> sign_rows_of_rekey(Transaction& transaction,
                                                           std::shared_ptr<const RekeyOrder> order);

/// Keeps the mark if the cut-off may not follow: the next run then continues, and until then `tacit status` shows that
/// the rekey is not finished.
Task<Outcome<void>> end_rekey(Transaction& transaction, std::shared_ptr<const RekeyOrder> order,
                              std::shared_ptr<const CutOffCheck> check, AuditEvent event);

}  // namespace tacit::store
