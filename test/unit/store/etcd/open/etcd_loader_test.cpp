// A restore into etcd: the rows and the audit log that it was given are there afterwards, and only once it is finished.
#include <boost/test/unit_test.hpp>

#include "store/audit/audit_hash.hpp"
#include "store/audit/audit_key.hpp"
#include "store/audit/audit_log.hpp"
#include "store/etcd/open/etcd_loader.hpp"
#include "store/rows/newest_secret.hpp"
#include "store/rows/store_meta.hpp"
#include "test/unit/store/etcd/engine/fake_engine_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

Bytes copy(ByteView view) { return Bytes(view.begin(), view.end()); }

EtcdOptions options() {
  EtcdOptions result;
  result.name = "main";
  result.write_deadline = std::chrono::seconds(5);
  return result;
}

Uuid numbered(std::uint8_t number) {
  Uuid id;
  id.bytes.back() = number;
  return id;
}

/// The rows of the chain of an embedded store with that many entries.
Rows chain(std::uint64_t entries) {
  Rows rows;
  tacit::crypto::Digest previous{};
  for (std::uint64_t sequence = 1; sequence <= entries; ++sequence) {
    const std::string body = "{\"n\":" + std::to_string(sequence) + "}";
    const tacit::crypto::Digest hash = audit_hash(previous, sequence, body);
    const auto key = audit_key(sequence);
    rows.emplace_back(Bytes(key.begin(), key.end()), audit_row(hash, body));
    previous = hash;
  }
  return rows;
}

Task<bool> read_log(Transaction& transaction, Rows& found) {
  found.clear();
  const auto rows = co_await transaction.scan(Table::audit, {}, {}, SIZE_MAX);
  for (const Row& row : rows) found.emplace_back(copy(row.key), copy(row.value));
  co_return false;
}

Rows log_of(Engine& engine) {
  Rows found;
  BOOST_TEST(!engine.read([&](Transaction& transaction) { return read_log(transaction, found); }));
  return found;
}

/// Loads a store with a row in each table and that log. Rows come in the order of a backup.
Outcome<void> load(FakeCluster& cluster, const Rows& log, bool finishes) {
  auto loader = EtcdLoader::open(cluster.client(), options());
  if (!loader) return loader.error();
  const auto put = [&](Table table, ByteView key, ByteView value) {
    const auto stored = (*loader)->put(table, key, value);
    BOOST_TEST_REQUIRE(stored.has_value(), (stored ? std::string() : stored.error().subject));
  };
  put(Table::meta, format_row_key(), format_value(4));
  put(Table::meta, rows_row_key(), rows_value(3));
  for (int i = 10; i < 60; ++i) put(Table::tenants, bytes("tenant " + std::to_string(i)), bytes("row"));
  put(Table::api_keys, bytes("key"), bytes("value"));
  for (const auto& [key, value] : log) put(Table::audit, key, value);
  if (finishes) return (*loader)->finish();
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_loader)

BOOST_AUTO_TEST_CASE(all_rows_and_the_log_are_there_after_a_restore) {
  FakeCluster cluster;
  const Rows log = chain(700);
  BOOST_TEST(load(cluster, log, true).has_value());
  const auto engine = engine_on(cluster);
  BOOST_TEST(get(*engine, Table::api_keys, "key").value_or("") == "value");
  BOOST_TEST(get(*engine, Table::tenants, "tenant 59").value_or("") == "row");
  const Rows found = log_of(*engine);
  BOOST_TEST_REQUIRE(found.size() == log.size());
  BOOST_TEST((found == log));
}

BOOST_AUTO_TEST_CASE(each_tenant_has_the_id_of_its_newest_secret) {
  FakeCluster cluster;
  auto loader = EtcdLoader::open(cluster.client(), options());
  BOOST_TEST_REQUIRE(loader.has_value());
  const auto put = [&](Table table, ByteView key, ByteView value) {
    BOOST_TEST_REQUIRE((*loader)->put(table, key, value).has_value());
  };
  put(Table::meta, format_row_key(), format_value(4));
  // Of an embedded store; without secrets; of a shared one, whose newest secret was deleted; of one that was embedded
  // meanwhile.
  put(Table::tenants, record_row_key(numbered(1)).view(), bytes("record"));
  put(Table::tenants, secret_row_key(numbered(1), numbered(11)).view(), bytes("secret"));
  put(Table::tenants, secret_row_key(numbered(1), numbered(12)).view(), bytes("secret"));
  put(Table::tenants, record_row_key(numbered(2)).view(), bytes("record"));
  put(Table::tenants, secret_row_key(numbered(3), numbered(31)).view(), bytes("secret"));
  put(Table::tenants, newest_secret_row_key(numbered(3)).view(), numbered(35).view());
  put(Table::tenants, secret_row_key(numbered(4), numbered(44)).view(), bytes("secret"));
  put(Table::tenants, newest_secret_row_key(numbered(4)).view(), numbered(41).view());
  BOOST_TEST((*loader)->finish().has_value());
  const auto engine = engine_on(cluster);
  const auto newest = [&engine](std::uint8_t tenant) {
    return get(*engine, Table::tenants, text(newest_secret_row_key(numbered(tenant)).view())).value_or("none");
  };
  BOOST_TEST(newest(1) == text(numbered(12).view()));
  BOOST_TEST(newest(2) == "none");
  BOOST_TEST(newest(3) == text(numbered(35).view()));
  BOOST_TEST(newest(4) == text(numbered(44).view()));
}

BOOST_AUTO_TEST_CASE(a_restore_that_ends_early_leaves_no_store_to_open) {
  FakeCluster cluster;
  BOOST_TEST(load(cluster, chain(3), false).has_value());
  const auto engine = engine_on(cluster);
  BOOST_TEST(!get(*engine, Table::meta, text(format_row_key())).has_value());
}

std::vector<std::pair<Bytes, Bytes>> first_rows(int others) {
  std::vector<std::pair<Bytes, Bytes>> rows;
  rows.emplace_back(copy(format_row_key()), format_value(4));
  rows.emplace_back(copy(rows_row_key()), rows_value(3));
  for (int i = 0; i < others; ++i) rows.emplace_back(bytes("prekey " + std::to_string(i)), bytes("row"));
  return rows;
}

BOOST_AUTO_TEST_CASE(a_store_may_begin_with_more_rows_than_a_transaction_has_operations) {
  FakeCluster cluster;
  cluster.set_most_operations(16);
  EtcdOptions small = options();
  small.max_txn_ops = 16;
  BOOST_TEST(load_first_rows(cluster.client(), small, first_rows(100)).has_value());
  const auto engine = engine_on(cluster);
  BOOST_TEST(scan(*engine, Table::meta).size() == 102U);
  const auto again = load_first_rows(cluster.client(), small, first_rows(1));
  BOOST_TEST_REQUIRE(again.has_error());
  BOOST_TEST((again.error().code == Errc::conflict));
  // The setting is larger than what the server takes.
  FakeCluster other;
  other.set_most_operations(16);
  const auto refused = load_first_rows(other.client(), options(), first_rows(100));
  BOOST_TEST_REQUIRE(refused.has_error());
  BOOST_TEST((refused.error().code == Errc::too_large));
  BOOST_TEST(refused.error().subject.find("etcd-max-txn-ops") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_store_is_created_although_answers_are_lost) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    FakeCluster cluster(seed);
    FakeFaults faults;
    faults.lost_writes = 0.6;
    faults.late = std::chrono::milliseconds(1);
    cluster.set_faults(faults);
    const auto created = load_first_rows(cluster.client(), options(), first_rows(3));
    BOOST_TEST(created.has_value(), "seed " << seed << ": " << (created ? "" : created.error().subject));
    cluster.set_faults({});
    const auto engine = engine_on(cluster);
    BOOST_TEST(scan(*engine, Table::meta).size() == 5U);
  }
}

BOOST_AUTO_TEST_CASE(a_place_with_a_store_is_refused) {
  FakeCluster cluster;
  BOOST_TEST(load(cluster, chain(3), true).has_value());
  const auto again = EtcdLoader::open(cluster.client(), options());
  BOOST_TEST_REQUIRE(again.has_error());
  BOOST_TEST(!again.error().subject.empty());
}

BOOST_AUTO_TEST_CASE(an_entry_that_does_not_continue_the_chain_is_refused) {
  FakeCluster cluster;
  Rows log = chain(3);
  std::swap(log[0].second, log[1].second);
  auto loader = EtcdLoader::open(cluster.client(), options());
  BOOST_TEST_REQUIRE(loader.has_value());
  bool refused = false;
  for (const auto& [key, value] : log) refused = refused || (*loader)->put(Table::audit, key, value).has_error();
  BOOST_TEST((refused || (*loader)->finish().has_error()));
}

BOOST_AUTO_TEST_SUITE_END()
