// Whatever is done to a store, verify finds nothing: operations in random order, in each phase of signatures and each
// format of rows, and on the way from an old store to one in which signatures are required. A path that changes a row
// without the hash in its audit entry fails here.
#include "store/keys/prekeys.hpp"
#include "test/unit/store/verify/history_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningPhase;

namespace {

void run_all(SigningPhase phase, std::uint32_t format) {
  for (const std::uint32_t seed : {1U, 2U, 3U}) {
    History history(phase, format, seed);
    history.run(300);
  }
}

/// Says that the store takes rows of format 3, like a server when no older process is left.
void raise(StoreFixture& fixture) {
  for (const std::string row : {"format", "rows"}) {
    const Bytes value = row == "format" ? format_value(store_format) : rows_value(store_format);
    fixture.put(Table::meta, row, std::string(crypto::as_text(value)));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(whole_history)

BOOST_AUTO_TEST_CASE(without_signatures_in_the_second_format) { run_all(SigningPhase::none, 2); }

BOOST_AUTO_TEST_CASE(without_signatures_in_the_third_format) { run_all(SigningPhase::none, 3); }

BOOST_AUTO_TEST_CASE(while_signatures_are_made_and_not_required) { run_all(SigningPhase::signing, 3); }

BOOST_AUTO_TEST_CASE(when_signatures_are_required) { run_all(SigningPhase::required, 3); }

BOOST_AUTO_TEST_CASE(when_the_format_rises_between) {
  for (const std::uint32_t seed : {4U, 5U}) {
    History history(SigningPhase::none, 2, seed);
    history.run(150);
    raise(history.fixture);
    history.expect_clean();
    history.run(150);
  }
}

BOOST_AUTO_TEST_CASE(on_the_way_from_an_old_store_to_required_signatures) {
  History history(SigningPhase::none, 2, 6);
  history.run(100);
  raise(history.fixture);
  history.run(50);
  const crypto::KeyId first = history.rings.add_signing();
  history.fixture.reopen_with(history.rings.load());
  history.run(50);
  Keys& keys = history.store().keys();
  BOOST_REQUIRE(history.fixture.wait(keys.promote_signing(first, by_operator())));
  BOOST_REQUIRE(history.fixture.wait(history.store().prekeys().add_first(first, 32)));
  history.expect_clean();
  BOOST_REQUIRE(history.fixture.wait(keys.promote_signing(first, by_operator())));
  history.rings.promote_signing(first);
  history.fixture.reopen_with(history.rings.load());
  BOOST_TEST((history.phase() == SigningPhase::signing));
  history.run(100);
  const std::uint64_t cut_off = history.rekey(std::nullopt);
  BOOST_REQUIRE(cut_off > 0);
  history.rings.set_cut_off(cut_off);
  history.fixture.reopen_with(history.rings.load());
  BOOST_TEST((history.phase() == SigningPhase::required));
  history.expect_clean();
  history.run(200);
}

BOOST_AUTO_TEST_SUITE_END()
