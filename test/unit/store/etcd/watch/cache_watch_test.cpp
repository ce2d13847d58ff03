// The watch behind the copies of API keys' rows: a revoked key is not answered from a copy later than promised,
// whatever happens to the watch and to the member that serves it.
#include "store/etcd/watch/cache_watch.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <random>
#include <string>

#include "test/unit/store/etcd/scripted_client_fixture.hpp"

namespace crypto = tacit::crypto;
using namespace std::chrono_literals;
using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

struct Fixture {
  std::shared_ptr<ManualSchedule> schedule = std::make_shared<ManualSchedule>();
  std::shared_ptr<ScriptedCluster> cluster = std::make_shared<ScriptedCluster>(schedule);
  std::shared_ptr<ScriptedClient> client = std::make_shared<ScriptedClient>(cluster);
  KeyMap keys{"main"};
  std::shared_ptr<RowCache> cache =
      std::make_shared<RowCache>(Revocation::bounded, RowCacheLimits(), [this] { return schedule->now(); });
  std::unique_ptr<CacheWatch> watch;

  void start() { watch = std::make_unique<CacheWatch>(client, schedule, keys, cache); }

  Bytes key(const std::string& id) const { return keys.key(Table::api_keys, crypto::as_bytes(id)); }
  void put(const std::string& id, const std::string& value) {
    const auto bytes = crypto::as_bytes(value);
    cluster->put(key(id), Bytes(bytes.begin(), bytes.end()));
  }
  void revoke(const std::string& id) { cluster->erase(key(id)); }
  std::string stored(const std::string& id) const {
    const auto row = cluster->rows.find(key(id));
    return row == cluster->rows.end() ? "absent" : std::string(crypto::as_text(row->second.value));
  }
  std::string find(const std::string& id) const {
    const auto found = cache->find(Table::api_keys, crypto::as_bytes(id));
    if (!found) return "none";
    return found->value ? std::string(crypto::as_text(*found->value)) : "absent";
  }
  /// What a read finds now, at the present revision.
  void fill(const std::string& id) { fill(id, stored(id), cluster->revision); }
  void fill(const std::string& id, const std::string& value, std::int64_t revision) {
    std::shared_ptr<const Bytes> bytes;
    if (value != "absent") bytes = std::make_shared<const Bytes>(value.begin(), value.end());
    cache->fill(Table::api_keys, crypto::as_bytes(id), std::move(bytes), revision);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(cache_watch, Fixture)

BOOST_AUTO_TEST_CASE(a_copy_stays_recent_without_reads_of_the_row) {
  put("a", "1");
  start();
  schedule->advance(1s);
  fill("a");
  for (int i = 0; i < 100; ++i) {
    put("other", std::to_string(i));
    schedule->advance(300ms);
    BOOST_TEST(find("a") == "1");
  }
  BOOST_TEST(watch->figures().open);
  BOOST_TEST(watch->figures().restarts == 0U);
  BOOST_TEST(cache->figures().age.value() <= 500ms);
}

BOOST_AUTO_TEST_CASE(a_revocation_by_another_process_arrives) {
  put("a", "1");
  start();
  schedule->advance(1s);
  fill("a");
  revoke("a");
  BOOST_TEST(find("a") == "absent");
}

BOOST_AUTO_TEST_CASE(a_member_that_is_cut_off_confirms_nothing) {
  put("a", "1");
  start();
  schedule->advance(1s);
  fill("a");
  client->watch_stops_at = cluster->revision;
  revoke("a");
  const auto revoked_at = schedule->now();
  for (int i = 0; i < 1000 && find("a") == "1"; ++i) schedule->advance(10ms);
  BOOST_TEST((schedule->now() - revoked_at <= 2s));
  schedule->advance(1min);
  BOOST_TEST(find("a") == "none");
  BOOST_TEST(watch->figures().restarts > 0U);  // a silent watch is replaced
  BOOST_TEST(watch->figures().revisions_behind > 0);
  client->watch_stops_at.reset();
  client->deliver();
  schedule->advance(3s);
  BOOST_TEST(find("a") == "absent");
}

BOOST_AUTO_TEST_CASE(a_process_without_a_majority_answers_no_copies) {
  put("a", "1");
  start();
  schedule->advance(1s);
  fill("a");
  client->failure = RpcFailure{RpcErrc::unreachable, "no leader"};
  schedule->advance(3s);
  BOOST_TEST(find("a") == "none");
  BOOST_TEST(watch->figures().failed_barriers > 0U);
  client->failure.reset();
  schedule->advance(1s);
  BOOST_TEST(find("a") == "1");
}

BOOST_AUTO_TEST_CASE(a_process_that_slept_answers_no_copies) {
  put("a", "1");
  start();
  schedule->advance(1s);
  fill("a");
  schedule->sleep(10s);
  BOOST_TEST(find("a") == "none");  // before any of its jobs has run
}

BOOST_AUTO_TEST_CASE(a_new_watch_continues_where_the_last_one_ended) {
  put("a", "1");
  put("b", "1");
  start();
  schedule->advance(1s);
  fill("a");
  client->end_watch();
  revoke("a");  // while there is no watch
  BOOST_TEST(find("a") == "1");
  schedule->advance(1s);
  BOOST_TEST(find("a") == "absent");
  BOOST_TEST(watch->figures().restarts == 1U);
  BOOST_TEST(watch->figures().gaps == 0U);
  BOOST_TEST_REQUIRE(client->watches_from.size() == 2U);
  BOOST_TEST(client->watches_from[1] <= cluster->revision);
}

BOOST_AUTO_TEST_CASE(a_watch_whose_start_was_compacted_empties_the_cache) {
  put("a", "1");
  start();
  schedule->advance(1s);
  fill("a");
  client->end_watch();
  revoke("a");
  put("other", "1");
  cluster->compacted = cluster->revision;
  schedule->advance(2s);
  BOOST_TEST(find("a") == "none");
  BOOST_TEST(watch->figures().gaps == 1U);
  BOOST_TEST(watch->figures().open);
  fill("a", "1", cluster->revision - 2);  // a read from before
  BOOST_TEST(find("a") == "none");
  fill("a");
  BOOST_TEST(find("a") == "absent");
}

BOOST_AUTO_TEST_CASE(a_restored_state_with_smaller_revisions_empties_the_cache) {
  for (int i = 0; i < 50; ++i) put("a", std::to_string(i));
  start();
  schedule->advance(1s);
  fill("a");
  cluster->rows.clear();
  cluster->history.clear();
  cluster->revision = 5;
  schedule->advance(3s);
  BOOST_TEST(find("a") == "none");
  put("a", "new");
  fill("a");
  schedule->advance(1s);
  BOOST_TEST(find("a") == "new");
}

BOOST_AUTO_TEST_CASE(a_mute_watch_is_replaced_and_nothing_is_missed) {
  put("a", "1");
  start();
  schedule->advance(1s);
  fill("a");
  client->watch_is_mute = true;
  put("a", "2");
  schedule->advance(3500ms);
  client->watch_is_mute = false;
  schedule->advance(3s);
  BOOST_TEST(watch->figures().restarts > 0U);
  BOOST_TEST(find("a") == "2");
}

BOOST_AUTO_TEST_CASE(nothing_runs_after_its_end) {
  start();
  schedule->advance(1s);
  client->silent = true;
  schedule->advance(600ms);
  watch.reset();
  client->answer();
  const int reads = client->reads;
  schedule->advance(1min);
  BOOST_TEST(client->reads == reads);
  BOOST_TEST(!client->is_watched());
}

namespace {

/// One key's values with the times from which they counted.
struct Past {
  std::deque<std::pair<BootClock::time_point, std::string>> values{{BootClock::time_point(), "absent"}};

  void add(BootClock::time_point time, const std::string& value) { values.emplace_back(time, value); }
  /// Whether the value counted at some time from `since` on.
  bool had(const std::string& value, BootClock::time_point since) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool ended_before = i + 1 < values.size() && values[i + 1].first < since;
      if (!ended_before && values[i].second == value) return true;
    }
    return false;
  }
};

/// A read that ends later than it was made.
struct LateFill {
  BootClock::time_point at;
  std::string id;
  std::string value;
  std::int64_t revision = 0;
};

}  // namespace

// Changes, reads that end late, cut-off members, lost and mute watches, compaction and unanswered calls, in random
// order: a copy that is found always counted within the last two seconds.
BOOST_AUTO_TEST_CASE(no_copy_is_older_than_promised_whatever_happens) {
  int found = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    Fixture f;
    std::mt19937 random(seed);
    const auto below = [&random](unsigned end) { return std::uniform_int_distribution<unsigned>(0, end - 1)(random); };
    std::map<std::string, Past> past;
    std::vector<LateFill> fills;
    f.start();
    for (int step = 0; step < 3000; ++step) {
      const std::string id = std::string(1, static_cast<char>('a' + below(6)));
      switch (below(24)) {
        case 0:
        case 1: {
          const bool revokes = below(3) == 0;
          if (revokes) f.revoke(id);
          if (!revokes) f.put(id, std::to_string(step));
          past[id].add(f.schedule->now(), f.stored(id));
          if (below(4) == 0) f.cache->drop(Table::api_keys, crypto::as_bytes(id), f.cluster->revision);
          break;
        }
        case 2:
          f.client->watch_stops_at = f.cluster->revision;
          break;
        case 3:
          f.client->watch_stops_at.reset();
          f.client->deliver();
          break;
        case 4:
          f.client->end_watch();
          break;
        case 5:
          if (below(8) == 0) f.cluster->compacted = f.cluster->revision;
          break;
        case 6:
          f.client->watch_is_mute = below(4) == 0;
          break;
        case 7:
          f.client->silent = true;
          break;
        case 8:
        case 9:
          f.client->answer();
          break;
        default:
          fills.push_back(
              {f.schedule->now() + std::chrono::milliseconds(below(2500)), id, f.stored(id), f.cluster->revision});
      }
      f.schedule->advance(std::chrono::milliseconds(below(60)));
      for (auto fill = fills.begin(); fill != fills.end();) {
        if (fill->at > f.schedule->now()) {
          ++fill;
          continue;
        }
        f.fill(fill->id, fill->value, fill->revision);
        fill = fills.erase(fill);
      }
      const std::string copy = f.find(id);
      if (copy == "none") continue;
      ++found;
      BOOST_REQUIRE_MESSAGE(past[id].had(copy, f.schedule->now() - 2s),
                            "seed " << seed << ", step " << step << ": the copy of " << id << " is too old");
    }
  }
  BOOST_TEST(found > 10'000);  // the script does not keep the cache from answering at all
}

BOOST_AUTO_TEST_SUITE_END()
