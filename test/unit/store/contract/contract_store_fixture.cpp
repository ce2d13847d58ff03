#include "test/unit/store/contract/contract_store_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "store/audit/audit_log.hpp"
#include "store/engine/await.hpp"
#include "store/engine/context.hpp"
#include "store/keys/prekeys.hpp"
#include "store/rows/store_meta.hpp"
#include "store/verify/verify.hpp"
#include "test/unit/store/contract/fake_engine_fixture.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

namespace tacit::store::testing {
namespace {

StoreOptions store_options() {
  StoreOptions options;
  options.quota_default = std::uint64_t{1} << 20;
  options.api_keys_default = 100;
  options.secrets_default = 1'000'000;
  return options;
}

class LmdbEngines final : public ContractEngines {
 public:
  explicit LmdbEngines(const StoreKeys& keys) {
    StoreOptions options = store_options();
    options.directory = folder_.path() / "store";
    options.map_size = map_size;
    const auto created = Store::create(options, keys);
    BOOST_REQUIRE_MESSAGE(created, "cannot create a store");
  }

  Outcome<std::unique_ptr<Engine>> open() override {
    LmdbOptions options;
    options.env = {folder_.path() / "store", map_size, 256};
    auto engine = LmdbEngine::open(std::move(options));
    if (!engine) return engine.error();
    return std::unique_ptr<Engine>(std::move(*engine));
  }
  bool shared() const override { return false; }

 private:
  static constexpr std::uint64_t map_size = std::uint64_t{64} << 20;
  TemporaryFolder folder_ = TemporaryFolder::in_memory();
};

std::string text_of_bytes(ByteView bytes) { return std::string(crypto::as_text(bytes)); }

class FakeEngines final : public ContractEngines {
 public:
  FakeEngines(const StoreKeys& keys, unsigned seed) {
    FakeTables first;
    FakeTable& meta = first.at(static_cast<std::size_t>(Table::meta));
    for (const auto& [key, value] : first_shared_rows(keys)) meta.emplace(text_of_bytes(key), text_of_bytes(value));
    database_ = std::make_shared<FakeDatabase>(std::move(first), seed);
  }

  Outcome<std::unique_ptr<Engine>> open() override {
    return std::unique_ptr<Engine>(std::make_unique<FakeEngine>(database_, ++hosts_));
  }
  bool shared() const override { return true; }
  FakeDatabase& database() const { return *database_; }

 private:
  std::shared_ptr<FakeDatabase> database_;
  std::uint16_t hosts_ = 0;
};

std::unique_ptr<Store> open_store(ContractEngines& engines) {
  auto engine = engines.open();
  BOOST_REQUIRE_MESSAGE(engine, "cannot open an engine");
  auto store = Store::open(store_options(), contract_keys(), std::move(*engine));
  BOOST_REQUIRE_MESSAGE(store, "cannot open a store");
  return std::move(*store);
}

Task<Outcome<Rows>> read_rows(Transaction& transaction, Table table) {
  const auto found = co_await transaction.scan(table, {}, {}, std::size_t{1} << 20);
  Rows rows;
  for (const Row& row : found) rows.emplace(text_of_bytes(row.key), text_of_bytes(row.value));
  co_return rows;
}

Task<Outcome<void>> put_row(Transaction& transaction, Table table, std::string key, std::optional<std::string> value) {
  if (value) {
    transaction.put(table, crypto::as_bytes(key), crypto::as_bytes(*value));
  } else {
    transaction.erase(table, crypto::as_bytes(key));
  }
  co_return Outcome<void>();
}

void add(std::vector<ContractRule>& rules, std::vector<ContractRule> more) {
  rules.insert(rules.end(), more.begin(), more.end());
}

}  // namespace

MakeEngines lmdb_engines() {
  return [](const StoreKeys& keys) { return std::make_unique<LmdbEngines>(keys); };
}

MakeEngines fake_engines(unsigned seed) {
  return [seed](const StoreKeys& keys) { return std::make_unique<FakeEngines>(keys, seed); };
}

StoreKeys contract_keys() { return keys_of_phase(crypto::SigningPhase::required); }

AuditContext tool_context() {
  AuditContext context = who();
  context.plane = "tools";
  return context;
}

AuditContext operator_context() {
  AuditContext context = who();
  context.plane = "operator";
  return context;
}

std::vector<std::pair<Bytes, Bytes>> first_shared_rows(const StoreKeys& keys) {
  auto named = first_keys_value(keys);
  BOOST_REQUIRE(named);
  std::vector<std::pair<Bytes, Bytes>> rows;
  const auto add = [&rows](ByteView key, Bytes value) {
    rows.emplace_back(Bytes(key.begin(), key.end()), std::move(value));
  };
  add(rows_row_key(), rows_value());
  add(keys_row_key(), std::move(*named));
  add(store_row_key(), store_value(keys.store()));
  add(format_row_key(), format_value(slots_store_format));
  return rows;
}

ContractStore::ContractStore(const MakeEngines& make) : engines_(make(contract_keys())), store_(open_store(*engines_)) {
  if (engines_->shared()) other_ = open_store(*engines_);
  constexpr std::size_t prekeys = 8;
  BOOST_REQUIRE(wait(store_->prekeys().add(prekeys)));
}

Engine& ContractStore::engine() { return *store_->context()->engine; }

FakeDatabase* ContractStore::fake() const {
  auto* const fake = dynamic_cast<FakeEngines*>(engines_.get());
  return fake != nullptr ? &fake->database() : nullptr;
}

void ContractStore::check() {
  const auto report = verify_store(store(), {});
  BOOST_REQUIRE(report);
  for (const std::string& problem : report->problems) BOOST_TEST_ERROR("verify: " << problem);
}

Rows ContractStore::rows(Table table) {
  auto rows =
      read_blocking<Rows>(engine(), [table](Transaction& transaction) { return read_rows(transaction, table); });
  BOOST_REQUIRE(rows);
  return std::move(*rows);
}

std::vector<std::string> ContractStore::audit() {
  std::vector<std::string> bodies;
  for (const auto& [key, value] : rows(Table::audit)) {
    const auto entry = parse_audit_row(Row{crypto::as_bytes(key), crypto::as_bytes(value)});
    BOOST_REQUIRE(entry);
    bodies.emplace_back(entry->body);
  }
  return bodies;
}

std::size_t ContractStore::count_entries(std::string_view text) {
  const auto bodies = audit();
  return static_cast<std::size_t>(
      std::ranges::count_if(bodies, [text](const std::string& body) { return body.find(text) != std::string::npos; }));
}

void ContractStore::put(Table table, const std::string& key, const std::optional<std::string>& value) {
  WorkBody<void> body = [table, key, value](Transaction& transaction) {
    return put_row(transaction, table, key, value);
  };
  BOOST_REQUIRE(wait(write<void>(engine(), std::move(body))));
}

std::vector<ContractRule> contract_rules() {
  std::vector<ContractRule> rules = secret_rules();
  add(rules, change_rules());
  add(rules, repeated_request_rules());
  add(rules, resolve_rules());
  add(rules, release_rules());
  add(rules, tenant_rules());
  add(rules, api_key_rules());
  add(rules, audit_rules());
  add(rules, concurrency_rules());
  add(rules, key_rules());
  add(rules, signature_rules());
  add(rules, retry_rules());
  return rules;
}

}  // namespace tacit::store::testing
