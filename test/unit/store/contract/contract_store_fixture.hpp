// A new store on an engine under test, and the rules that hold on every engine.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "test/unit/store/store_fixture.hpp"

namespace tacit::store::testing {

/// Opens the engines of one new, empty store, and owns what they need.
class ContractEngines {
 public:
  ContractEngines() = default;
  ContractEngines(const ContractEngines&) = delete;
  ContractEngines& operator=(const ContractEngines&) = delete;
  virtual ~ContractEngines() = default;

  /// The engine of another process. Embedded engines open once.
  virtual Outcome<std::unique_ptr<Engine>> open() = 0;
  virtual bool shared() const = 0;
};

struct FakeFaults;
class FakeDatabase;

/// Of the fake: what its server does.
using MakeEngines = std::function<std::unique_ptr<ContractEngines>(const StoreKeys& keys)>;
MakeEngines lmdb_engines();
MakeEngines fake_engines(unsigned seed);

/// The keys of every contract store: signatures are required.
StoreKeys contract_keys();
/// Who releases values, and who sets limits: `who()` uses the API plane, whose audit key signs no such entry.
AuditContext tool_context();
AuditContext operator_context();
/// The first rows of Table::meta of a store on a shared engine.
std::vector<std::pair<Bytes, Bytes>> first_shared_rows(const StoreKeys& keys);

/// One store, by one process or two. It has a pool of prekeys.
class ContractStore {
 public:
  explicit ContractStore(const MakeEngines& make);

  Store& store() { return *store_; }
  /// Another process's, on another host, if the engine is shared; else the same.
  Store& other() { return other_ ? *other_ : *store_; }
  Engine& engine();
  bool shared() const { return engines_->shared(); }
  /// Null unless it is the fake.
  FakeDatabase* fake() const;

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

  /// Checks that `verify` finds nothing.
  void check();
  std::vector<std::string> audit();
  /// How many entries of the audit log contain that text.
  std::size_t count_entries(std::string_view text);
  Rows rows(Table table);
  /// Changes a row past the store: a string puts it, std::nullopt erases it.
  void put(Table table, const std::string& key, const std::optional<std::string>& value);

 private:
  template <class T>
  static boost::asio::awaitable<void> keep(boost::asio::awaitable<Outcome<T>> operation,
                                           std::optional<Outcome<T>>& outcome) {
    Outcome<T> answered = co_await std::move(operation);
    outcome.emplace(std::move(answered));
  }

  std::unique_ptr<ContractEngines> engines_;  ///< outlives the stores
  std::unique_ptr<Store> store_;
  std::unique_ptr<Store> other_;
};

struct ContractRule {
  const char* name;
  void (*check)(ContractStore& it);
};
inline std::ostream& operator<<(std::ostream& out, const ContractRule& rule) { return out << rule.name; }

// By subject; each in a fixture of its name.
std::vector<ContractRule> secret_rules();
std::vector<ContractRule> change_rules();
std::vector<ContractRule> repeated_request_rules();
std::vector<ContractRule> resolve_rules();
std::vector<ContractRule> release_rules();
std::vector<ContractRule> tenant_rules();
std::vector<ContractRule> api_key_rules();
std::vector<ContractRule> audit_rules();
std::vector<ContractRule> concurrency_rules();
std::vector<ContractRule> key_rules();
std::vector<ContractRule> signature_rules();
std::vector<ContractRule> retry_rules();
std::vector<ContractRule> contract_rules();

}  // namespace tacit::store::testing
