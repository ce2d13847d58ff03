// The base of the store's tests: keys, a store in a temporary folder, and a way to wait for its results.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/keyrings/keyring.hpp"
#include "store/engine/work.hpp"
#include "store/lmdb/engine/lmdb_engine.hpp"
#include "store/model/api_key.hpp"
#include "store/model/audit.hpp"
#include "store/model/change_terms.hpp"
#include "store/model/release.hpp"
#include "store/model/secret.hpp"
#include "store/model/verify_report.hpp"
#include "store/store.hpp"
#include "test/temporary_folder.hpp"

namespace tacit::store::testing {

using test::TemporaryFolder;

inline std::string text(ByteView bytes) { return std::string(crypto::as_text(bytes)); }

/// Keyrings made once for all tests. Without the private one: the keyrings of the API plane.
StoreKeys all_keys();
StoreKeys api_keys_only();

struct StoreFixtureOptions {
  std::uint64_t map_size = std::uint64_t{64} << 20;
  std::uint64_t quota_default = std::uint64_t{1} << 20;
  std::uint32_t api_keys_default = 100;
  std::uint32_t secrets_default = 1'000'000;
  std::uint32_t versions_kept = 1;
  std::chrono::nanoseconds slice = slice_time;
  std::size_t queue_items = 4096;
  std::size_t queue_bytes = std::size_t{64} << 20;
  std::size_t batch_items = 256;
  std::function<int(MDB_txn*)> commit{};
  std::function<void(const std::string&)> on_failure{};
  bool private_keys = true;
  StoreKeys keys{};              ///< empty: those of all tests
  std::uint32_t new_format = 0;  ///< 0: that of all new stores
  std::chrono::milliseconds write_deadline = std::chrono::seconds(60);
  std::chrono::milliseconds stuck_after = std::chrono::seconds(60);
  std::chrono::milliseconds scrub_within = std::chrono::seconds(60);
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
};

/// Of a change: the secret alone.
inline Outcome<SecretInfo> secret_of(Outcome<ChangedSecret> changed) {
  if (!changed) return changed.error();
  return std::move(changed->secret);
}

using Rows = std::map<std::string, std::string>;

class StoreFixture {
 public:
  explicit StoreFixture(StoreFixtureOptions options = {});

  Store& store() { return *store_; }
  LmdbEngine& engine() { return *engine_; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  StoreOptions store_options() const;
  LmdbOptions engine_options() const;
  /// Closes the store and opens it again.
  void reopen();
  void close() { store_.reset(); }
  /// Opens the store again with other keyrings.
  void reopen_with(StoreKeys keys);

  /// Waits for an operation.
  template <class T>
  Outcome<T> wait(boost::asio::awaitable<Outcome<T>> operation) {
    boost::asio::io_context context(1);
    std::optional<Outcome<T>> outcome;
    boost::asio::co_spawn(context, keep(std::move(operation), outcome), boost::asio::detached);
    context.run();
    return std::move(outcome).value();
  }
  /// For a change of a secret whose terms are usual.
  Outcome<SecretInfo> wait(boost::asio::awaitable<Outcome<ChangedSecret>> operation) {
    return secret_of(wait<ChangedSecret>(std::move(operation)));
  }

  /// All rows of a table, and a change of it without the store: a string puts the row, std::nullopt erases it.
  Rows rows(Table table);
  void put(Table table, const std::string& key, const std::optional<std::string>& value);
  VerifyReport verify();
  /// The bodies of the audit log, oldest first.
  std::vector<std::string> audit();

 private:
  template <class T>
  static boost::asio::awaitable<void> keep(boost::asio::awaitable<Outcome<T>> operation,
                                           std::optional<Outcome<T>>& outcome) {
    Outcome<T> answered = co_await std::move(operation);
    outcome.emplace(std::move(answered));
  }
  void open();

  StoreFixtureOptions options_;
  TemporaryFolder folder_ = TemporaryFolder::in_memory();
  std::unique_ptr<Store> store_;
  LmdbEngine* engine_ = nullptr;
};

/// Ids that are easy to distinguish.
crypto::Uuid tenant_id(std::uint8_t n);
AuditContext who();
NewSecret new_secret(std::string name, std::string_view value = "a value of some length");
/// A default for (tool, argument).
NewSecret new_default(std::string name, std::string tool, std::string argument,
                      std::string_view value = "a value of some length");
std::string text_of(const crypto::WipedBytes& bytes);
/// The values of a release. A refusal of the tool is a failure: with not_allowed, whose subject is
/// `"name" for the argument "argument" (not_found); …`, or with too_many_arguments.
Async<std::vector<ReleasedValue>> resolve_values(Store& store, ResolveQuery query, AuditContext who);
/// On an engine that never waits: the key as authentication finds it.
Outcome<ApiKey> find_api_key(const Store& store, std::string_view id);

}  // namespace tacit::store::testing
