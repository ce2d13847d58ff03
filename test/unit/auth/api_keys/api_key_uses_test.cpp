// API keys' last uses before they are stored.
#include "auth/api_keys/api_key_uses.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <thread>

using namespace tacit;
using namespace std::chrono_literals;
using auth::ApiKeyUseLog;
using auth::ApiKeyUses;

namespace {

std::map<std::string, std::int64_t> as_map(const std::vector<store::ApiKeyUse>& uses) {
  std::map<std::string, std::int64_t> map;
  for (const store::ApiKeyUse& use : uses) map[use.id] = use.at;
  BOOST_TEST(map.size() == uses.size());
  return map;
}

using Uses = std::map<std::string, std::int64_t>;
constexpr ApiKeyUseLog::Clock::time_point start{1000s};

}  // namespace

BOOST_AUTO_TEST_SUITE(api_key_uses)

BOOST_AUTO_TEST_CASE(the_latest_use_of_each_key_is_kept) {
  ApiKeyUses uses(10);
  BOOST_TEST(uses.empty());
  for (const std::int64_t at : {5, 9, 7}) uses.note("a", at);
  uses.note("b", 1);
  BOOST_TEST(!uses.empty());
  BOOST_TEST((as_map(uses.take()) == Uses{{"a", 9}, {"b", 1}}));
  BOOST_TEST(uses.empty());
  BOOST_TEST(uses.take().empty());
}

BOOST_AUTO_TEST_CASE(the_number_of_keys_is_limited) {
  ApiKeyUses uses(2);
  uses.note("a", 1);
  uses.note("b", 1);
  uses.note("c", 1);
  uses.note("a", 2);
  BOOST_TEST((as_map(uses.take()) == Uses{{"a", 2}, {"b", 1}}));
  uses.note("c", 3);
  BOOST_TEST((as_map(uses.take()) == Uses{{"c", 3}}));
}

BOOST_AUTO_TEST_CASE(nothing_is_due_before_the_interval_is_over) {
  ApiKeyUseLog log(start);
  BOOST_TEST(log.due(start + 1h).empty());  // nothing to store
  log.gather({{"a", 1}});
  BOOST_TEST(log.due(start + 29s).empty());
  log.gather({{"a", 2}, {"b", 1}});
  BOOST_TEST((as_map(log.due(start + 30s)) == Uses{{"a", 2}, {"b", 1}}));
  log.gather({{"c", 3}});
  BOOST_TEST(log.due(start + 59s).empty());
  BOOST_TEST((as_map(log.due(start + 60s)) == Uses{{"c", 3}}));
}

BOOST_AUTO_TEST_CASE(at_the_end_every_use_is_returned) {
  ApiKeyUseLog log(start);
  log.gather({{"a", 1}});
  BOOST_TEST((as_map(log.take()) == Uses{{"a", 1}}));
  BOOST_TEST(log.take().empty());
}

BOOST_AUTO_TEST_CASE(threads_record_uses_concurrently) {
  ApiKeyUseLog log(start);
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) {
    threads.emplace_back([&log, n] {
      ApiKeyUses uses(ApiKeyUseLog::most_api_keys_of_thread);
      for (int i = 0; i < 1000; ++i) {
        uses.note("shared", 1000 * n + i);
        uses.note(std::to_string(1000 * n + i), 1);
        if (i % 10 == 9) log.gather(uses.take());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const Uses all = as_map(log.take());
  BOOST_TEST(all.size() == 4001U);
  BOOST_TEST(all.at("shared") == 3999);
}

BOOST_AUTO_TEST_SUITE_END()
