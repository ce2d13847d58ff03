// What a watch of a served store reads about its signatures, and the record of the cut-off.
#include "store/keys/signing_state.hpp"

#include <boost/test/unit_test.hpp>

#include "store/rows/cut_off_record.hpp"
#include "store/rows/rekey_mark.hpp"
#include "test/unit/store/keys/signed_rotation_fixture.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningPhase;

namespace {

struct SignedStore : StoreFixture {
  SignedStore() : StoreFixture(signed_store()) {}

  SigningState look() {
    const auto state = look_at_signing(store().keys());
    BOOST_REQUIRE_MESSAGE(state, state.error().subject);
    return *state;
  }
  void record() { BOOST_REQUIRE(wait(record_cut_off(store().keys()))); }
  std::optional<std::uint64_t> recorded() {
    const Rows meta = rows(Table::meta);
    const auto row = meta.find("cut-off");
    if (row == meta.end()) return std::nullopt;
    return cut_off_of(crypto::as_bytes(row->second), keys_of_phase(SigningPhase::required));
  }
  void put_record(std::uint64_t sequence, const StoreKeys& keys = keys_of_phase(SigningPhase::required)) {
    put(Table::meta, "cut-off", text(cut_off_value(sequence, *keys.root_signer(), keys.store())));
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(signing_state)

BOOST_AUTO_TEST_CASE(a_store_without_faults) {
  SignedStore f;
  BOOST_TEST(!f.look().rekey_unfinished);
  BOOST_TEST(!f.look().cut_off_fault.has_value());
  BOOST_TEST(f.look().refused_keys == 0U);
}

BOOST_AUTO_TEST_CASE(a_rekey_that_was_not_finished) {
  SignedStore f;
  const StoreKeys keys = keys_of_phase(SigningPhase::required);
  f.put(Table::meta, "rekey", text(rekey_value(5, *keys.root_signer(), keys.store())));
  BOOST_TEST(f.look().rekey_unfinished);
  const StoreKeys other = keys_of_another_deployment();
  f.put(Table::meta, "rekey", text(rekey_value(5, *other.root_signer(), keys.store())));
  BOOST_TEST(!f.look().rekey_unfinished);
}

BOOST_AUTO_TEST_CASE(a_cut_off_that_the_keyring_lost_is_a_fault) {
  SignedStore f;
  f.record();
  BOOST_TEST(f.recorded().value_or(0) == 1U);
  BOOST_TEST(!f.look().cut_off_fault.has_value());
  f.reopen_with(keys_of_phase(SigningPhase::signing));
  BOOST_TEST(f.look().cut_off_fault.value_or("").starts_with("root-public-keyring lacks its line cut-off 1,"));
  // A process with such a keyring does not touch the record.
  f.record();
  BOOST_TEST(f.recorded().value_or(0) == 1U);
  const VerifyReport report = f.verify();
  BOOST_REQUIRE(report.problem_count == 1U);
  BOOST_TEST(report.problems.front().starts_with("root-public-keyring lacks its line cut-off 1,"));
}

BOOST_AUTO_TEST_CASE(a_record_that_is_missing_or_not_right_is_written) {
  SignedStore f;
  f.record();
  f.put(Table::meta, "cut-off", std::nullopt);
  f.record();
  BOOST_TEST(f.recorded().value_or(0) == 1U);
  f.put_record(7);  // later than in the keyring
  f.record();
  BOOST_TEST(f.recorded().value_or(0) == 1U);
  f.put_record(1, keys_of_another_deployment());
  BOOST_TEST(!f.recorded().has_value());
  f.record();
  BOOST_TEST(f.recorded().value_or(0) == 1U);
  BOOST_TEST(f.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(an_earlier_record_stays) {
  SignedStore f;
  f.put_record(0);
  f.record();
  BOOST_TEST(f.recorded().value_or(9) == 0U);
  BOOST_TEST(f.look().cut_off_fault.value_or("").starts_with("root-public-keyring has cut-off 1 instead of 0,"));
}

BOOST_AUTO_TEST_CASE(nothing_is_recorded_without_the_root_signing_key) {
  SignedStore f;
  StoreKeys keys = keys_of_phase(SigningPhase::required);
  keys.root_signing = nullptr;
  f.reopen_with(keys);
  f.record();
  BOOST_TEST(!f.recorded().has_value());
}

BOOST_AUTO_TEST_CASE(a_new_root_signing_key_signs_the_record_again) {
  SignedRotation r;
  BOOST_REQUIRE(r.fixture.wait(record_cut_off(r.keys())));
  const StoreKeys old = r.ring();
  r.rotate_signing();
  BOOST_TEST(r.uses(KeyKind::signing, old.root_signer()->id).cut_off_records == 0U);
  // As an older process writes it until it has read the keyrings again.
  r.fixture.put(Table::meta, "cut-off", text(cut_off_value(1, *old.root_signer(), old.store())));
  const KeyUse left = r.uses(KeyKind::signing, old.root_signer()->id);
  BOOST_TEST(hindrance_of(KeyKind::signing, left) ==
             "the record of the cut-off is still signed with it; run: tacit key rewrap root");
  BOOST_TEST(r.rewrap(KeyKind::root).problems.empty());
  BOOST_TEST(r.uses(KeyKind::signing, old.root_signer()->id).total() == 0U);
  BOOST_TEST(r.uses(KeyKind::signing, r.ring().root_signer()->id).cut_off_records == 1U);
}

BOOST_AUTO_TEST_CASE(a_forged_record_is_removed_by_a_rewrap) {
  SignedRotation r;
  const StoreKeys other = keys_of_another_deployment();
  r.fixture.put(Table::meta, "cut-off", text(cut_off_value(1, *other.root_signer(), r.ring().store())));
  const RewrapStep done = r.rewrap(KeyKind::root);
  BOOST_REQUIRE(done.problems.size() == 1U);
  BOOST_TEST(done.problems.front() == "the record of the cut-off was altered; it was removed");
  BOOST_TEST(!r.fixture.rows(Table::meta).contains("cut-off"));
}

BOOST_AUTO_TEST_SUITE_END()
