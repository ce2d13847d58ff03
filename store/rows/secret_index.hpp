// A secret's entries in its tenant's indexes, and their rules: unique names, one default for each binding.
#pragma once

#include "store/rows/metadata.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

/// Succeeds if the name and the default are free or belong to this secret. Else name_taken or default_taken.
Task<Outcome<void>> check_unique(Transaction& transaction, const Tenant& tenant, crypto::Uuid id,
                                 const Metadata& metadata);

/// Changes the entries and the tenant's prefix counts from those of `before` to those of `after`. Null: the secret did
/// not exist, or is removed. New entries use the tenant's keys, like the seal of `after`. Fails with `integrity`, after
/// a part of the changes, if the prefix counts cannot be opened.
Outcome<void> reindex(Transaction& transaction, Tenant& tenant, const crypto::Uuid& id, const StoredSecret* before,
                      const Metadata* after);

/// The secret of that name. Fails with `not_found`, or with `integrity` if the index is wrong.
Task<Outcome<StoredSecret>> find_by_name(Transaction& transaction, const crypto::MetadataKeyring& ring,
                                         const Tenant& tenant, std::string name);

/// A secret that an index names must exist: `not_found` becomes `integrity`.
Outcome<StoredSecret> indexed(Outcome<StoredSecret> secret, const crypto::Uuid& id);

}  // namespace tacit::store
