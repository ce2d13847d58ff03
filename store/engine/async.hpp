// What an operation answers that waits: a coroutine of Asio, with a value or why not.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "store/model/outcome.hpp"

namespace tacit::store {

/// Resumes on the awaiting coroutine's executor.
template <class T>
using Async = boost::asio::awaitable<Outcome<T>>;

}  // namespace tacit::store
