// Several engines on one cluster: what one acknowledges no other undoes, whatever answers are lost.
#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdlib>

#include "store/audit/audit_log.hpp"
#include "store/etcd/engine/audit_position.hpp"
#include "test/unit/store/etcd/engine/fake_engine_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

Task<bool> increment(Transaction& transaction, std::string name) {
  const Bytes key = bytes(name);
  const auto row = co_await transaction.get(Table::tenants, key);
  const int before = row ? std::stoi(text(*row)) : 0;
  transaction.put(Table::tenants, key, bytes(std::to_string(before + 1)));
  transaction.log("{\"" + name + "\":" + std::to_string(before + 1) + "}");
  co_return true;
}

/// Inserts a row under the prefix only if there are fewer than `most`.
Task<bool> insert_if_fewer(Transaction& transaction, std::string name, std::size_t most, bool& inserted) {
  const Bytes prefix = bytes("q");
  const auto rows = co_await transaction.scan(Table::tenants, prefix, {}, SIZE_MAX);
  inserted = rows.size() < most;
  if (!inserted) co_return false;
  transaction.put(Table::tenants, bytes("q" + name), bytes("1"));
  co_return true;
}

/// Takes one of two rows away only if both are there: never may both go.
Task<bool> take_if_both(Transaction& transaction, std::string mine) {
  const Bytes prefix = bytes("duty");
  const auto rows = co_await transaction.scan(Table::tenants, prefix, {}, SIZE_MAX);
  if (rows.size() < 2) co_return false;
  transaction.erase(Table::tenants, bytes(mine));
  co_return true;
}

struct Tally {
  int acknowledged = 0;
  int in_doubt = 0;
  int refused = 0;
};

Tally count(std::vector<std::future<std::optional<Errc>>>& answers) {
  Tally tally;
  for (auto& answer : answers) {
    const auto failure = answer.get();
    ++(!failure ? tally.acknowledged : *failure == Errc::unavailable ? tally.in_doubt : tally.refused);
  }
  return tally;
}

/// The entries of every slot are in sequence.
std::size_t check_chains(Engine& engine) {
  const Rows rows = scan(engine, Table::audit);
  AuditPosition last;
  for (const auto& [key, value] : rows) {
    const auto place = entry_of_key(key);
    BOOST_REQUIRE(place);
    if (place->slot != last.slot) last = AuditPosition{place->slot, 0};
    BOOST_TEST(place->sequence == last.sequence + 1);
    last = *place;
    BOOST_TEST(parse_audit_row(Row{key, value}).has_value());
  }
  return rows.size();
}

void increment_under(const FakeFaults& faults, unsigned seed, std::chrono::milliseconds deadline) {
  FakeCluster cluster(seed);
  cluster.set_faults(faults);
  constexpr std::size_t engines = 3;
  constexpr int each = 60;
  std::array<std::unique_ptr<EtcdEngine>, engines> all;
  for (std::size_t i = 0; i < engines; ++i)
    all.at(i) = engine_on(cluster, {.slot = static_cast<std::uint16_t>(i + 1), .deadline = deadline});
  std::vector<std::future<std::optional<Errc>>> answers;
  for (int n = 0; n < each; ++n) {
    for (const auto& engine : all)
      answers.push_back(submit(*engine, [](Transaction& transaction) { return increment(transaction, "sum"); }));
    if (n % 8 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const Tally tally = count(answers);
  for (const auto& engine : all) engine->close();
  cluster.set_faults({});
  std::this_thread::sleep_for(faults.late + std::chrono::milliseconds(20));  // the last late write
  const int sum = std::stoi(get(*all[0], Table::tenants, "sum").value_or("0"));
  BOOST_TEST_MESSAGE("seed " << seed << ": " << sum << " = " << tally.acknowledged << " acknowledged, "
                             << tally.in_doubt << " in doubt, " << tally.refused << " refused");
  BOOST_TEST(sum >= tally.acknowledged);
  BOOST_TEST(sum <= tally.acknowledged + tally.in_doubt);
  BOOST_TEST(tally.acknowledged > 0);
  BOOST_TEST(check_chains(*all[0]) == static_cast<std::size_t>(sum));
}

unsigned seeds() {
  const char* const given = std::getenv("TACIT_FAKE_SEEDS");
  return given != nullptr ? static_cast<unsigned>(std::max(1, std::atoi(given))) : 6;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_writer)

BOOST_AUTO_TEST_CASE(engines_that_change_one_row_lose_no_change) {
  increment_under({.most_delay = std::chrono::milliseconds(1)}, 1, std::chrono::seconds(20));
}

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_when_answers_are) {
  for (unsigned seed = 1; seed <= seeds(); ++seed) {
    FakeFaults faults;
    faults.lost_reads = 0.05;
    faults.lost_writes = 0.3;
    faults.refused_writes = 0.05;
    faults.most_delay = std::chrono::milliseconds(1);
    increment_under(faults, seed, std::chrono::seconds(20));
  }
}

BOOST_AUTO_TEST_CASE(nothing_runs_twice_when_the_deadline_ends_a_doubt) {
  for (unsigned seed = 1; seed <= seeds(); ++seed) {
    FakeFaults faults;
    faults.lost_writes = 0.8;
    faults.most_delay = std::chrono::milliseconds(3);
    faults.late = std::chrono::milliseconds(100);
    increment_under(faults, seed, std::chrono::milliseconds(400));
  }
}

BOOST_AUTO_TEST_CASE(a_scanned_range_is_guarded_against_insertions) {
  FakeCluster cluster;
  cluster.set_faults({.most_delay = std::chrono::milliseconds(1)});
  const auto one = engine_on(cluster, {.slot = 1});
  const auto two = engine_on(cluster, {.slot = 2});
  std::array<bool, 40> inserted{};
  std::vector<std::future<std::optional<Errc>>> answers;
  for (std::size_t i = 0; i < inserted.size(); ++i) {
    Engine& engine = i % 2 == 0 ? *one : *two;
    answers.push_back(submit(engine, [&inserted, i](Transaction& transaction) {
      return insert_if_fewer(transaction, std::to_string(i), 7, inserted.at(i));
    }));
  }
  for (auto& answer : answers) answer.get();
  BOOST_TEST(scan(*one, Table::tenants).size() == 7U);
}

BOOST_AUTO_TEST_CASE(a_scanned_range_is_guarded_against_deletions) {
  for (int round = 0; round < 20; ++round) {
    FakeCluster cluster(static_cast<unsigned>(round));
    const auto one = engine_on(cluster, {.slot = 1});
    const auto two = engine_on(cluster, {.slot = 2});
    BOOST_TEST(!put(*one, Table::tenants, "duty1", "1"));
    BOOST_TEST(!put(*one, Table::tenants, "duty2", "1"));
    cluster.set_faults({.most_delay = std::chrono::milliseconds(1)});
    auto first = submit(*one, [](Transaction& transaction) { return take_if_both(transaction, "duty1"); });
    auto second = submit(*two, [](Transaction& transaction) { return take_if_both(transaction, "duty2"); });
    BOOST_TEST(!first.get());
    BOOST_TEST(!second.get());
    BOOST_TEST(scan(*one, Table::tenants).size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_slot_that_another_process_writes_to_is_given_up) {
  FakeCluster cluster;
  const auto lost = std::make_shared<std::atomic<int>>(0);
  const auto one = engine_on(cluster, {.slot = 1}, lost);
  const auto thief = engine_on(cluster, {.slot = 1});
  BOOST_TEST(!log(*one, "{\"a\":1}"));
  BOOST_TEST(!log(*thief, "{\"a\":2}"));
  BOOST_TEST(lost->load() == 0);
  BOOST_TEST(!log(*one, "{\"a\":3}"));
  BOOST_TEST(lost->load() == 1);
  BOOST_TEST(check_chains(*one) == 3U);
}

BOOST_AUTO_TEST_CASE(a_read_begins_again_as_often_as_its_revision_is_compacted) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  BOOST_TEST(!put(*engine, Table::tenants, "a", "1"));
  constexpr int compactions = 20;
  int runs = 0;
  std::optional<std::string> found;
  struct Body {
    static Task<bool> run(Transaction& transaction, FakeCluster& cluster, int& runs,
                          std::optional<std::string>& found) {
      const Bytes missing = bytes("missing");
      const auto none = co_await transaction.get(Table::tenants, missing);
      BOOST_TEST(!none);
      if (++runs <= compactions) {
        cluster.put(bytes("tacit/main/ta"), bytes("2"));
        cluster.compact(cluster.revision());
      }
      const Bytes key = bytes("a");
      const auto row = co_await transaction.get(Table::tenants, key);
      found = text(*row);
      co_return false;
    }
  };
  BOOST_TEST(!engine->read([&](Transaction& transaction) { return Body::run(transaction, cluster, runs, found); }));
  BOOST_TEST(runs == compactions + 1);
  BOOST_TEST(*found == "2");
}

BOOST_AUTO_TEST_CASE(a_read_whose_revision_is_compacted_for_ever_ends) {
  FakeCluster cluster;
  const auto engine = engine_on(cluster);
  int runs = 0;
  struct Body {
    static Task<bool> run(Transaction& transaction, FakeCluster& cluster, int& runs) {
      ++runs;
      for (int n = 0;; ++n) {
        // The second change is compacted away too, before a watch can tell of it.
        cluster.put(bytes("tacit/main/ta"), bytes("2"));
        cluster.put(bytes("tacit/main/ta"), bytes("3"));
        cluster.compact(cluster.revision());
        const Bytes missing = bytes("missing" + std::to_string(n));
        const auto none = co_await transaction.get(Table::tenants, missing);
        BOOST_TEST(!none);
      }
      co_return false;
    }
  };
  const auto failure = engine->read([&](Transaction& transaction) { return Body::run(transaction, cluster, runs); });
  BOOST_TEST((failure == Errc::unavailable));
  BOOST_TEST(runs > 8);
}

BOOST_AUTO_TEST_SUITE_END()
