// How an operator's commands come to the store: keys and store opened by the configuration, and an operation run to its
// end.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "server/config/config.hpp"
#include "store/model/audit.hpp"
#include "store/store.hpp"

namespace tacit::server {

enum class PrivateKey : bool { no, yes };

/// Loads the configured keyrings, and the private one only if asked to. One that is not configured stays null.
/// Throws UsageError with a sentence that names the file.
store::StoreKeys load_keys(const Config& config, PrivateKey with_private);

/// Throws UsageError unless the keyrings are configured that a store needs to be opened.
void require_keyrings(const Config& config);

/// The store's part of the configuration.
store::StoreOptions store_options(const Config& config);

/// Closes a command's store. Ends the process, with a line that says why, if the store cannot finish what was asked of
/// it.
struct CloseStore {
  void operator()(store::Store* store) const;
};
using OpenStore = std::unique_ptr<store::Store, CloseStore>;

/// The store for an operator's command. A process of root gives up root when it has read its keyrings
/// (server/process/store_user.hpp): what needs root later is done by another process (server/process/apart.hpp). Throws
/// UsageError if keys that are needed are not configured, or cannot be loaded, or the store cannot be opened.
OpenStore open_store(const Config& config, PrivateKey with_private = PrivateKey::no);

/// Who the audit says did it: the operator, by the name of this process's user.
store::AuditContext operator_context();

/// Runs one of the store's operations to its end on the calling thread.
template <class T>
store::Outcome<T> run(boost::asio::awaitable<store::Outcome<T>> operation) {
  boost::asio::io_context context(1);
  std::exception_ptr thrown;
  store::Outcome<T> outcome = store::Failure{};
  boost::asio::co_spawn(context, std::move(operation), [&](std::exception_ptr error, store::Outcome<T> result) {
    thrown = std::move(error);
    outcome = std::move(result);
  });
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  return outcome;
}

/// What went wrong, as a sentence for an operator.
std::string sentence(const store::Failure& failure);

/// Throws CommandFailed with `what` and why.
[[noreturn]] void fail(const std::string& what, const store::Failure& failure);

/// The outcome's value; fails as above if there is none.
template <class T>
T value_or_fail(store::Outcome<T> outcome, const std::string& what) {
  if (outcome.has_error()) fail(what, outcome.error());
  if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

}  // namespace tacit::server
