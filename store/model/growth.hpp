// How a write changes the used space.
#pragma once

#include <cstdint>

namespace tacit::store {

/// Decides whether a write may run when space is short.
enum class Growth : std::uint8_t {
  refuses,  ///< expendable writes that any client can cause (a refusal's audit entry, the last use of an API key): they
            ///< never take room that others need
  grows,    ///< stores something new
  logs,     ///< only an audit entry that a release or a change requires
  shrinks,  ///< frees space
};

}  // namespace tacit::store
