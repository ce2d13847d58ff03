// The sizes of buffers that connections keep or lend between messages. Larger ones are freed.
#pragma once

#include <cstddef>

namespace tacit::http {

/// After a message: only what a large message has added is freed at once.
inline constexpr std::size_t buffer_size_kept_after_message = 16 * 1024;
/// Between messages buffers up to this size are lent to the thread's other connections (http/chain/idle_buffers.hpp), and
/// larger ones are freed when the connection rests (http/io/connection_rest.hpp). An input begins with this size.
inline constexpr std::size_t buffer_size_kept_at_rest = 4 * 1024;

}  // namespace tacit::http
