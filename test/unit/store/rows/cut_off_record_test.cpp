// The record of the cut-off, and what it says about that of the root public keyring.
#include "store/rows/cut_off_record.hpp"

#include <boost/test/unit_test.hpp>

#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;
using crypto::SigningPhase;

namespace {

StoreKeys required() { return keys_of_phase(SigningPhase::required); }

Bytes record_of(std::uint64_t sequence) {
  const StoreKeys keys = required();
  return cut_off_value(sequence, *keys.root_signer(), keys.store());
}

crypto::Signers with_cut_off(std::optional<std::uint64_t> sequence) {
  const crypto::Signers signers = required().signers();
  return {signers.store(), signers.entries(), sequence};
}

std::string fault(std::optional<std::uint64_t> present, std::optional<std::uint64_t> recorded, std::uint64_t newest) {
  return fault_of_cut_off(with_cut_off(present), recorded, newest).value_or("");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cut_off_record)

BOOST_AUTO_TEST_CASE(a_record_is_read_in_each_phase_with_the_signers_key) {
  const Bytes row = record_of(41);
  BOOST_TEST(cut_off_of(row, required()).value_or(0) == 41U);
  BOOST_TEST(cut_off_of(row, keys_of_phase(SigningPhase::signing)).value_or(0) == 41U);
  BOOST_TEST(!cut_off_of(row, keys_of_another_deployment()).has_value());
}

BOOST_AUTO_TEST_CASE(each_damage_of_a_record_is_found) {
  const Bytes row = record_of(41);
  for (std::size_t i = 0; i < row.size(); ++i) {
    Bytes damaged = row;
    damaged[i] ^= 1;
    BOOST_TEST(!cut_off_of(damaged, required()).has_value());
    damaged.resize(i);
    BOOST_TEST(!cut_off_of(damaged, required()).has_value());
  }
  Bytes longer = row;
  longer.push_back(0);
  BOOST_TEST(!cut_off_of(longer, required()).has_value());
}

BOOST_AUTO_TEST_CASE(a_cut_off_that_is_as_recorded_or_earlier_is_right) {
  BOOST_TEST(fault(41, 41, 100) == "");
  BOOST_TEST(fault(40, 41, 100) == "");
  BOOST_TEST(fault(41, std::nullopt, 100) == "");
  BOOST_TEST(fault(std::nullopt, std::nullopt, 100) == "");
  BOOST_TEST(fault(1, std::nullopt, 0) == "");  // of a new store
}

BOOST_AUTO_TEST_CASE(a_cut_off_that_was_lost_or_moved_is_a_fault) {
  BOOST_TEST(fault(std::nullopt, 41, 100) ==
             "root-public-keyring lacks its line cut-off 41, so signatures are not required: put it back, and reload "
             "the servers");
  BOOST_TEST(fault(42, 41, 100) ==
             "root-public-keyring has cut-off 42 instead of 41, so signatures before it are not required: put 41 back, "
             "and reload the servers");
}

BOOST_AUTO_TEST_CASE(a_cut_off_after_the_log_is_a_fault) {
  BOOST_TEST(fault(101, std::nullopt, 100) == "");
  BOOST_TEST(
      fault(102, std::nullopt, 100) ==
      "the cut-off in root-public-keyring is audit entry 102, but the newest is 100, so no entry before it needs "
      "a signature: run tacit tenant rekey --all");
}

BOOST_AUTO_TEST_SUITE_END()
