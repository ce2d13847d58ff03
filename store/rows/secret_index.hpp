// A secret's entries in its tenant's indexes, and the rules that they keep: unique names, one default for each binding.
#pragma once

#include "store/rows/metadata.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

/// Nothing to say if the name and the default are free, or already this secret's. Else name_taken or default_taken.
Task<Outcome<void>> check_unique(Transaction& transaction, const Tenant& tenant, crypto::Uuid id,
                                 const Metadata& metadata);

/// Changes the entries, and the tenant's prefix counts, from what `before` needs to what `after` needs. Null: the
/// secret was not there, or will not be. The new entries are made with the tenant's keys (as `after` is sealed).
void reindex(Transaction& transaction, Tenant& tenant, const crypto::Uuid& id, const StoredSecret* before,
             const Metadata* after);

/// The secret of that name. Fails with `not_found`, or `integrity` if the index does not tell the truth.
Task<Outcome<StoredSecret>> find_by_name(Transaction& transaction, const crypto::MetadataKeyring& ring,
                                         const Tenant& tenant, std::string name);

/// What an index says is there must be: `not_found` becomes `integrity`.
Outcome<StoredSecret> indexed(Outcome<StoredSecret> secret, const crypto::Uuid& id);

}  // namespace tacit::store
