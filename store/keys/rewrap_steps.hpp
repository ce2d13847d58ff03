// One step of a rewrap (store/keys/rewrap.hpp), for each kind of keys.
#pragma once

#include <cstddef>

#include "store/engine/context.hpp"
#include "store/keys/rewrap.hpp"

namespace tacit::store {

Async<RewrapStep> rewrap_root(ContextPtr store, RewrapPosition from, std::size_t most);
Async<RewrapStep> rewrap_metadata(ContextPtr store, RewrapPosition from, std::size_t most);

}  // namespace tacit::store
