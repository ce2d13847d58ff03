// A whole rewrap: all its steps, its rate, its audit entries and its callbacks.
#include "store/keys/rewrap_run.hpp"

#include <boost/test/unit_test.hpp>

#include "store/audit/audit_trail.hpp"
#include "store/health.hpp"
#include "store/keys/keys.hpp"
#include "test/unit/store/keys/rotation_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

/// A store after a change of its key of that kind, before a rewrap.
struct ChangedFixture : RotationFixture {
  explicit ChangedFixture(KeyKind changed) : kind(changed), target(rotate(changed)) {}

  RewrapRun rewrap(std::uint64_t rate = 0) {
    return RewrapRun(fixture.store().keys(), fixture.store().audit(), kind, rate, rotating());
  }
  /// Whether the newest entry is of a rewrap, with that text.
  bool newest_entry_says(const std::string& words) {
    const std::string newest = fixture.audit().back();
    BOOST_TEST_MESSAGE(newest);
    return newest.find(R"("action":"key.rewrap")") != std::string::npos && newest.find(words) != std::string::npos;
  }

  KeyKind kind;
  crypto::KeyId target;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rewrap_run)

BOOST_AUTO_TEST_CASE(everything_is_moved_and_recorded) {
  for (const KeyKind kind : {KeyKind::root, KeyKind::metadata}) {
    ChangedFixture changed(kind);
    RewrapRun rewrap = changed.rewrap();
    BOOST_REQUIRE(changed.fixture.wait(rewrap.begin()));
    BOOST_TEST((rewrap.target() == changed.target));
    BOOST_TEST(changed.newest_entry_says(to_string(kind) + (" " + crypto::to_hex(changed.target)) + ": begun"));
    const std::uint64_t total = changed.uses(kind, changed.old).total();
    const auto counted = rewrap.count({});
    BOOST_REQUIRE(counted);
    BOOST_TEST(*counted == total);
    std::vector<std::uint64_t> told;
    RunWatch watch;
    watch.moved = [&](std::uint64_t rows) { told.push_back(rows); };
    BOOST_REQUIRE(changed.fixture.wait(rewrap.run(watch)));
    BOOST_TEST(rewrap.rows() == total);
    BOOST_REQUIRE(!told.empty());
    BOOST_TEST(told.back() == total);
    BOOST_TEST(std::ranges::is_sorted(told));
    BOOST_TEST(rewrap.problems() == 0U);
    BOOST_TEST(changed.newest_entry_says("done: " + rewrap.figures()));
    BOOST_TEST(rewrap.figures() == (kind == KeyKind::root ? "2 tenants" : "3 tenants, 43 secrets, 3 API keys"));
    BOOST_TEST(changed.uses(kind, changed.old).total() == 0U);
    changed.expect_unchanged();
  }
}

BOOST_AUTO_TEST_CASE(the_rate_is_kept) {
  ChangedFixture changed(KeyKind::metadata);
  RewrapRun rewrap = changed.rewrap(500);
  BOOST_REQUIRE(changed.fixture.wait(rewrap.begin()));
  const auto began = std::chrono::steady_clock::now();
  BOOST_REQUIRE(changed.fixture.wait(rewrap.run({})));
  // 49 rows at 500 a second, including the last step's pause.
  BOOST_TEST((std::chrono::steady_clock::now() - began >= std::chrono::milliseconds(80)));
}

BOOST_AUTO_TEST_CASE(rows_that_stay_are_reported_and_counted) {
  ChangedFixture changed(KeyKind::metadata);
  Rows keys = changed.fixture.rows(Table::api_keys);
  keys.begin()->second.back() ^= 1;
  changed.fixture.put(Table::api_keys, keys.begin()->first, keys.begin()->second);
  RewrapRun rewrap = changed.rewrap();
  BOOST_REQUIRE(changed.fixture.wait(rewrap.begin()));
  std::vector<std::string> problems;
  RunWatch watch;
  watch.problem = [&](const std::string& problem) { problems.push_back(problem); };
  BOOST_REQUIRE(changed.fixture.wait(rewrap.run(watch)));
  BOOST_TEST(problems.size() == 1U);
  BOOST_TEST(rewrap.problems() == 1U);
  BOOST_TEST(changed.newest_entry_says(R"("outcome":"failed")"));
  BOOST_TEST(changed.newest_entry_says("2 API keys, 1 problem"));
}

BOOST_AUTO_TEST_CASE(a_refused_step_ends_the_rewrap_and_is_recorded) {
  ChangedFixture changed(KeyKind::metadata);
  RewrapRun rewrap = changed.rewrap();
  BOOST_REQUIRE(changed.fixture.wait(rewrap.begin()));
  changed.others_named(changed.kind, {changed.old, changed.target}, {});  // promoted back
  const auto ended = changed.fixture.wait(rewrap.run({}));
  BOOST_REQUIRE(!ended);
  BOOST_TEST(ended.error().subject.find("was promoted since") != std::string::npos);
  BOOST_TEST(changed.newest_entry_says("stopped: 0 tenants"));
}

BOOST_AUTO_TEST_CASE(a_rewrap_that_cannot_begin_is_reported) {
  ChangedFixture changed(KeyKind::root);
  StoreKeys keys = changed.rings.load();
  keys.root_private = nullptr;
  changed.fixture.reopen_with(keys);
  RewrapRun rewrap = changed.rewrap();
  const auto begun = changed.fixture.wait(rewrap.begin());
  BOOST_REQUIRE(!begun);
  BOOST_TEST((begun.error().code == Errc::not_found));
}

BOOST_AUTO_TEST_SUITE_END()
