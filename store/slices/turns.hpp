// How long work of many requests shares a thread with short work: between two slices (store/slices/slice.hpp) the
// thread polls and serves whatever is ready, and of all that have more to do, one alone has a slice in each round. So
// however many there are, nobody else waits for more than one slice at a time. A thread on which turns are waited for
// also lets other threads go first (store/slices/thread_scheduling.hpp): the one that writes, above all.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstdint>

namespace tacit::store {

/// Two queues: of the turns that a release and a list both wait for, a release gets three of four. A tool waits for it,
/// and it is short: at most 256 values.
enum class TurnKind : std::uint8_t { list, release };

/// Lets others go first, and resumes on the same executor when it is this coroutine's turn: first come, first served
/// within its kind. The executor is an io_context's that one thread runs. Cancelling does nothing.
boost::asio::awaitable<void> next_turn(TurnKind kind = TurnKind::list);

}  // namespace tacit::store
