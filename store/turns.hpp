// How long work of many requests shares a thread with short work: between two slices (store/slice.hpp) the thread polls
// and serves whatever is ready, and of all that have more to do, one alone has a slice in each round. So however many
// there are, nobody else waits for more than one slice at a time.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace tacit::store {

/// Lets others go first, and resumes on the same executor when it is this coroutine's turn: first come, first served.
/// The executor is an io_context's that one thread runs. Cancelling does nothing.
boost::asio::awaitable<void> next_turn();

}  // namespace tacit::store
