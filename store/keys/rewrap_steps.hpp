// One step of a rewrap (store/keys/rewrap.hpp), for each kind of keys.
#pragma once

#include <cstddef>

#include "store/engine/context.hpp"
#include "store/keys/rewrap.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

Async<RewrapStep> rewrap_root(ContextPtr store, RewrapPosition from, std::size_t most);
Async<RewrapStep> rewrap_metadata(ContextPtr store, RewrapPosition from, std::size_t most, AuditContext who);

/// The part of a root rewrap that comes before the tenants, once there is a root signing key: the rows about the whole
/// store and the prekeys. `from` is in Table::meta; without a key it is the beginning. The next position is at the
/// tenants when this part has ended.
Async<RewrapStep> rewrap_signed_rows(ContextPtr store, RewrapPosition from, std::size_t most);

}  // namespace tacit::store
