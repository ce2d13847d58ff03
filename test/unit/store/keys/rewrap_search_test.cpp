// The search for rows that a metadata rewrap has still to move.
#include "store/keys/rewrap_search.hpp"

#include <boost/test/unit_test.hpp>

#include "store/engine/whereabouts.hpp"
#include "store/engine/work.hpp"
#include "test/unit/store/keys/rotation_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

/// Lives as long as the process, which writes its notes there.
Whereabouts& notes() {
  static Whereabouts there;
  keep_whereabouts_in(there);
  return there;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rewrap_search)

// A process that waits for this one ends it if it makes no progress.
BOOST_AUTO_TEST_CASE(a_search_that_finds_nothing_notes_its_steps) {
  const Whereabouts& there = notes();
  RotationFixture rotation;
  const crypto::KeyId target = rotation.rings.load().metadata->primary().id;
  const std::uint64_t before = there.steps.load();
  const auto searched = read_blocking<RewrapSearch>(rotation.fixture.engine(), [&target](Transaction& transaction) {
    return search_stale(transaction, RewrapPosition(), target);
  });
  BOOST_REQUIRE(searched);
  BOOST_TEST(!searched->found);
  BOOST_TEST(searched->ended);
  BOOST_TEST(there.steps.load() >= before + 2);  // one for each table
}

BOOST_AUTO_TEST_SUITE_END()
