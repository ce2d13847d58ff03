// The sizes of a connection's buffers that it keeps between messages. Larger ones are freed.
#pragma once

#include <cstddef>

namespace tacit::http {

/// After a message: only what a large message has added is freed at once.
inline constexpr std::size_t buffer_size_kept_after_message = 16 * 1024;
/// While the connection is idle (http/io/connection_rest.hpp). The input has this size from the beginning.
inline constexpr std::size_t buffer_size_kept_at_rest = 4 * 1024;

}  // namespace tacit::http
