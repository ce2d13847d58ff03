// A metadata rewrap on an engine that several hosts share: the entries of moved rows have numbers of their tenants.
#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>

#include "store/audit/audit_log.hpp"
#include "store/engine/context.hpp"
#include "store/engine/work.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/rewrap.hpp"
#include "store/rows/idempotency_row.hpp"
#include "store/secrets/releases.hpp"
#include "store/secrets/secrets.hpp"
#include "store/verify/replay_entry.hpp"
#include "store/verify/verify.hpp"
#include "test/unit/store/contract/contract_store_fixture.hpp"
#include "test/unit/store/keys/own_keyrings_fixture.hpp"
#include "test/unit/store/secrets/changes_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

template <class T>
boost::asio::awaitable<void> keep(boost::asio::awaitable<Outcome<T>> operation, std::optional<Outcome<T>>& outcome) {
  Outcome<T> answered = co_await std::move(operation);
  outcome.emplace(std::move(answered));
}

template <class T>
Outcome<T> wait(boost::asio::awaitable<Outcome<T>> operation) {
  boost::asio::io_context context(1);
  std::optional<Outcome<T>> outcome;
  boost::asio::co_spawn(context, keep(std::move(operation), outcome), boost::asio::detached);
  context.run();
  return std::move(outcome).value();
}

Task<Outcome<std::vector<std::string>>> read_bodies(Transaction& transaction) {
  const auto rows = co_await transaction.scan(Table::audit, {}, {}, 10'000);
  std::vector<std::string> bodies;
  for (const Row& row : rows) {
    const auto entry = parse_audit_row(row);
    bodies.emplace_back(entry ? entry->body : std::string_view());
  }
  co_return bodies;
}

/// A shared store, whose metadata key is rotated.
struct SharedRotation {
  SharedRotation() { open(); }

  /// As a process that is started now.
  void open() {
    auto engine = engines->open();
    BOOST_REQUIRE(engine);
    StoreOptions options;
    options.quota_default = std::uint64_t{1} << 20;
    options.secrets_default = 1000;
    auto opened = Store::open(options, rings.load(), std::move(*engine));
    BOOST_REQUIRE(opened);
    store = std::move(*opened);
  }
  void fill(std::uint8_t tenant, int secrets) const {
    for (int i = 0; i < secrets; ++i) {
      BOOST_REQUIRE(wait(store->secrets().create(tenant_id(tenant), new_secret("n" + std::to_string(i)), who())));
    }
  }
  void rotate() {
    const crypto::KeyId fresh = rings.add(KeyKind::metadata);
    open();
    BOOST_REQUIRE(wait(store->keys().change(KeyChange::promote, KeyKind::metadata, fresh, operating())));
    rings.promote(KeyKind::metadata, fresh);
    open();
  }
  void rewrap(std::size_t most = 2000) const {
    BOOST_REQUIRE(wait(store->keys().begin_rewrap(KeyKind::metadata, operating())));
    RewrapPosition from;
    for (int steps = 0; steps < 1000; ++steps) {
      const auto step = wait(store->keys().rewrap_step(KeyKind::metadata, from, most, operating()));
      BOOST_REQUIRE(step);
      BOOST_TEST(step->problems.empty());
      if (step->finished) return;
      from = step->next;
    }
    BOOST_TEST_ERROR("the rewrap does not end");
  }
  /// Of the audit log, those that move rows.
  std::vector<ReplayEntry> moves() const {
    const auto bodies = read_blocking<std::vector<std::string>>(
        *store->context()->engine, [](Transaction& transaction) { return read_bodies(transaction); });
    BOOST_REQUIRE(bodies);
    std::vector<ReplayEntry> entries;
    for (const std::string& body : *bodies) {
      auto entry = read_replay_entry(body);
      BOOST_REQUIRE(entry);
      if (!entry->moved.empty()) entries.push_back(std::move(*entry));
    }
    return entries;
  }
  static AuditContext operating() {
    AuditContext context = who();
    context.plane = "operator";
    return context;
  }

  OwnKeyrings rings;
  std::unique_ptr<ContractEngines> engines = fake_engines(1)(rings.load());
  std::unique_ptr<Store> store;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rewrap_shared)

BOOST_AUTO_TEST_CASE(moved_rows_have_a_number_of_their_tenant) {
  SharedRotation it;
  it.fill(1, 60);
  it.fill(2, 3);
  it.rotate();
  it.rewrap();
  std::map<crypto::Uuid, std::uint64_t> last{{tenant_id(1), 60}, {tenant_id(2), 3}};
  std::size_t rows = 0;
  for (const ReplayEntry& entry : it.moves()) {
    BOOST_REQUIRE(entry.tenant.has_value());
    BOOST_REQUIRE(entry.change.has_value());
    // Each is a change of its own: the next number.
    BOOST_TEST(*entry.change == last[*entry.tenant] + 1);
    last[*entry.tenant] = *entry.change;
    for (const MovedRow& row : entry.moved) BOOST_TEST((row.tenant == *entry.tenant));
    rows += entry.moved.size();
  }
  BOOST_TEST(rows == 63U);
  BOOST_TEST(last[tenant_id(1)] > 61U);  // an entry has at most 48 rows
  const auto report = verify_store(*it.store, {});
  BOOST_REQUIRE(report);
  for (const std::string& problem : report->problems) BOOST_TEST_ERROR("verify: " << problem);
}

BOOST_AUTO_TEST_CASE(previous_values_and_uses_move_and_idempotency_keys_go) {
  for (const std::size_t most : {std::size_t{1}, std::size_t{2000}}) {
    SharedRotation it;
    std::vector<crypto::Uuid> ids;
    for (const char* name : {"a", "b", "c"}) {
      const auto made = wait(it.store->secrets().create(tenant_id(1), new_default(name, name, "key", "first"), who()));
      BOOST_REQUIRE(made);
      ids.push_back(made->secret.id);
      BOOST_REQUIRE(wait(it.store->secrets().update(tenant_id(1), ids.back(), value_update("second"), who())));
      ResolveQuery query;
      query.tenant = tenant_id(1);
      query.tool_name = name;
      BOOST_REQUIRE(wait(it.store->releases().resolve(std::move(query), tool_context())));
      NewSecret once = new_secret(std::string("of ") + name);
      BOOST_REQUIRE(wait(it.store->secrets().create(tenant_id(1), std::move(once), who(), with_key(name, "body"))));
    }
    BOOST_REQUIRE(wait(it.store->releases().store_uses()));
    const crypto::KeyId old = it.rings.primary(KeyKind::metadata);
    it.rotate();
    it.rewrap(most);
    const auto census = it.store->keys().census(KeyKind::metadata, {});
    BOOST_REQUIRE(census);
    BOOST_TEST(census->of(old).total() == 0U);
    const AuditContext operating = SharedRotation::operating();
    BOOST_REQUIRE(wait(it.store->keys().change(KeyChange::retire, KeyKind::metadata, old, operating)));
    it.rings.retire(KeyKind::metadata, old);
    it.open();
    for (const crypto::Uuid& id : ids) {
      const auto uses = wait(it.store->releases().uses(tenant_id(1), id, {}, who()));
      BOOST_REQUIRE(uses);
      BOOST_TEST(uses->uses.size() == 1U);
      BOOST_REQUIRE(wait(it.store->secrets().rollback(tenant_id(1), id, 1, who())));
    }
    const auto report = verify_store(*it.store, {});
    BOOST_REQUIRE(report);
    for (const std::string& problem : report->problems) BOOST_TEST_ERROR("verify: " << problem);
  }
}

// A number of changes that no entry has would hold the merge of the slots up.
BOOST_AUTO_TEST_CASE(changes_after_a_rewrap_have_the_next_number) {
  SharedRotation it;
  it.fill(1, 5);
  it.rotate();
  it.rewrap();
  const std::uint64_t moved = it.moves().back().change.value_or(0);
  BOOST_REQUIRE(wait(it.store->secrets().create(tenant_id(1), new_secret("later"), who())));
  const auto bodies = read_blocking<std::vector<std::string>>(
      *it.store->context()->engine, [](Transaction& transaction) { return read_bodies(transaction); });
  BOOST_REQUIRE(bodies);
  const std::string next = "\"change\":" + std::to_string(moved + 1) + ",";
  BOOST_TEST(bodies->back().find(next) != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
