// Whether the audit log may be required to be signed from an entry on.
#pragma once

#include <cstdint>

#include "store/engine/context.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

/// Succeeds if each entry from that sequence on is signed by its plane; else fails with not_allowed and the reason.
Outcome<void> check_signed_from(const ContextPtr& store, std::uint64_t first);

}  // namespace tacit::store
