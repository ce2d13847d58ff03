// What a write does to the space that is used.
#pragma once

#include <cstdint>

namespace tacit::store {

/// Decides whether a write may run when space is short.
enum class Growth : std::uint8_t {
  refuses,  ///< what anybody can cause and nobody misses (the audit entry of a refusal, the last use of an API key):
            ///< never takes room that others need
  grows,    ///< keeps something new
  logs,     ///< only an audit entry that a release or a change needs
  shrinks,  ///< gives space back
};

}  // namespace tacit::store
