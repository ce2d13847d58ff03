// Runs one coroutine to completion on its own context.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace tacit::test {

/// On a context that runs nothing else.
template <class T>
T run_on(boost::asio::io_context& context, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr thrown;
  boost::asio::co_spawn(context, std::move(work), [&](const std::exception_ptr& error, T value) {
    thrown = error;
    if (!error) result.emplace(std::move(value));
    context.stop();
  });
  context.restart();
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*result);
}

template <class T>
T run(boost::asio::awaitable<T> work) {
  boost::asio::io_context context(1);
  return run_on(context, std::move(work));
}

}  // namespace tacit::test
