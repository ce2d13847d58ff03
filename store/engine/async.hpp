// The result of an operation that waits: an Asio coroutine that returns a value or a failure.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "store/model/outcome.hpp"

namespace tacit::store {

/// Resumes on the awaiting coroutine's executor.
template <class T>
using Async = boost::asio::awaitable<Outcome<T>>;

}  // namespace tacit::store
