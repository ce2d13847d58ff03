// Access of an operator's commands to the store: opens keys and store as configured, and runs an operation to
// completion.
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

/// Which private halves a command needs.
struct KeyNeeds {
  bool root_private = false;
  bool root_signing = false;
  bool signs = true;                ///< it changes the store, so it signs its audit entries
  bool accept_retired = false;      ///< it accepts rows that retired keys signed
  bool discard_unreadable = false;  ///< rows that cannot be opened keep no key
  /// It accepts rows from before there were signatures, to sign them: loads the root signing keyring if it can.
  bool accept_unsigned = false;
  /// It accepts primary root keys that the store does not name (store/rows/named_primaries.hpp): a restored store may
  /// be from before their promotion, and a rewrap of root keys names them after a confirmation. Other commands that
  /// change the store refuse such keyrings, as a server does; commands that only read warn.
  bool accept_unnamed = false;
  /// A store in etcd is opened with the identity of the configured server instead of the operators', to check it.
  bool as_server = false;
};

/// Loads the configured keyrings, those with private halves only on request; the signing ones only once something is
/// signed (crypto/keyrings/signers.hpp), unless a setting names them. Keyrings that are not configured stay null.
/// Throws UsageError with a sentence that names the file, also if a ring lacks the key that signs according to
/// root-public-keyring.
store::StoreKeys load_keys(const Config& config, KeyNeeds needs);
/// For commands that only read.
store::StoreKeys load_keys(const Config& config, PrivateKey with_private);
/// The keyrings of a server, by its plane; throws likewise.
store::StoreKeys load_serving_keys(const Config& config);

/// Throws UsageError unless the keyrings needed to open a store are configured.
void require_keyrings(const Config& config);

/// The store's part of the configuration, for commands: in etcd with the operators' identity, and only for reading.
store::StoreOptions store_options(const Config& config);
/// The same for a server, which writes and compacts.
store::StoreOptions serving_store_options(const Config& config);

/// Closes a command's store. If the store cannot finish its work, prints the reason and ends the process, because the
/// destructor could wait forever.
struct CloseStore {
  void operator()(store::Store* store) const;
  bool in_etcd = false;
};
using OpenStore = std::unique_ptr<store::Store, CloseStore>;

/// Opens the store for an operator's command. A root process gives up root after it has read its keyrings
/// (server/process/store_user.hpp; of a store in etcd, server/wiring/etcd_options.hpp); another process does later work
/// that needs root (server/process/apart.hpp). Throws UsageError if a required key is not configured or cannot be
/// loaded, the store cannot be opened, or it does not name the primary root keys (KeyNeeds::accept_unnamed).
OpenStore open_store(const Config& config, KeyNeeds needs);
/// For commands that only read.
OpenStore open_store(const Config& config, PrivateKey with_private = PrivateKey::no);

/// The audit context of an operator: the name of this process's user.
store::AuditContext operator_context();

/// Runs a store operation to completion on the calling thread.
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

/// The failure as a sentence for an operator.
std::string sentence(const store::Failure& failure);

/// Throws CommandFailed with `what` and the reason.
[[noreturn]] void fail(const std::string& what, const store::Failure& failure);

/// The outcome's value. Throws as fail() if there is none.
template <class T>
T value_or_fail(store::Outcome<T> outcome, const std::string& what) {
  if (outcome.has_error()) fail(what, outcome.error());
  if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

}  // namespace tacit::server
