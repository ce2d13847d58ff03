// How long requests share a thread with short ones. Between two slices (store/slices/slice.hpp) the thread polls and
// serves whatever is ready. Of all long requests, only one runs a slice in each round, so no request waits for more
// than one slice at a time. A thread on which turns are waited for also lets other threads run first
// (store/slices/thread_scheduling.hpp), above all the writer thread.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstdint>

namespace tacit::store {

/// Two queues: when a release and a list both wait for turns, a release gets three of four. A tool waits for a release,
/// and a release is short: at most 256 values.
enum class TurnKind : std::uint8_t { list, release };

/// Gives way to others, and resumes on the same executor when it is this coroutine's turn: first come, first served
/// within its kind. The executor belongs to an io_context that one thread runs. Cancelling does nothing.
boost::asio::awaitable<void> next_turn(TurnKind kind = TurnKind::list);

}  // namespace tacit::store
