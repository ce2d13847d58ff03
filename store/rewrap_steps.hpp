// One step of a rewrap (store/rewrap.hpp), for each kind of keys.
#pragma once

#include <cstddef>

#include "store/context.hpp"
#include "store/rewrap.hpp"

namespace tacit::store {

Async<RewrapStep> rewrap_root(ContextPtr store, RewrapPosition from, std::size_t most);
Async<RewrapStep> rewrap_metadata(ContextPtr store, RewrapPosition from, std::size_t most);

}  // namespace tacit::store
