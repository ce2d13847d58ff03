// What a server warns of about its store's signatures.
#include "server/serve/store_warnings.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit;
using namespace tacit::server;
using crypto::SigningPhase;

namespace {

using Texts = std::vector<std::string>;

StoreFindings found_in(SigningPhase phase) {
  StoreFindings found;
  found.phase = phase;
  found.prekeys = 2000;
  found.prekeys_low = 512;
  found.unsigned_tenants = 0;
  found.makes_first_writes = true;
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_warnings)

BOOST_AUTO_TEST_CASE(a_signed_store_with_enough_key_pairs_has_none) {
  BOOST_TEST((server::store_warnings(found_in(SigningPhase::required)) == Texts()));
  BOOST_TEST((server::store_warnings(found_in(SigningPhase::signing)) == Texts()));
  StoreFindings unknown;
  unknown.phase = SigningPhase::required;
  unknown.makes_first_writes = true;
  unknown.prekeys_low = 512;
  BOOST_TEST((server::store_warnings(unknown) == Texts()));
}

BOOST_AUTO_TEST_CASE(an_unsigned_store_says_what_to_run) {
  StoreFindings found = found_in(SigningPhase::none);
  found.prekeys = 0;
  found.unsigned_tenants = 9;
  BOOST_TEST((server::store_warnings(found) ==
              Texts{"tenants' keys and the audit log are not signed: run tacit key add signing"}));
}

BOOST_AUTO_TEST_CASE(unsigned_tenants_are_a_warning) {
  StoreFindings found = found_in(SigningPhase::signing);
  found.unsigned_tenants = 7;
  BOOST_TEST((server::store_warnings(found) == Texts{"7 tenants' keys are not signed: run tacit tenant rekey --all"}));
}

BOOST_AUTO_TEST_CASE(unsigned_tenants_are_a_logged_warning_once_signatures_are_required) {
  StoreFindings found = found_in(SigningPhase::signing);
  found.unsigned_tenants = 7;
  BOOST_TEST(logged_warnings(found).empty());
  found.phase = SigningPhase::required;
  const Texts expected{
      "7 tenants' keys are not signed, so their values are neither stored nor released: run tacit tenant rekey --all"};
  BOOST_TEST((server::store_warnings(found) == expected));
  BOOST_TEST((logged_warnings(found) == expected));
  found.unsigned_tenants = 1;
  BOOST_TEST(logged_warnings(found).front().starts_with("1 tenant's key is not signed, so "));
}

BOOST_AUTO_TEST_CASE(a_fault_of_the_cut_off_is_a_logged_warning) {
  StoreFindings found = found_in(SigningPhase::signing);
  found.cut_off_fault = "the fault";
  BOOST_TEST((server::store_warnings(found) == Texts{"the fault"}));
  BOOST_TEST((logged_warnings(found) == Texts{"the fault"}));
}

BOOST_AUTO_TEST_CASE(an_unfinished_rekey_says_what_to_run) {
  StoreFindings found = found_in(SigningPhase::required);
  found.rekey_unfinished = true;
  BOOST_TEST((server::store_warnings(found) ==
              Texts{"a tenant rekey --all is not finished: if it does not run, run it again"}));
  BOOST_TEST(logged_warnings(found).empty());
}

BOOST_AUTO_TEST_CASE(few_key_pairs_are_a_warning_of_the_plane_that_needs_them) {
  StoreFindings found = found_in(SigningPhase::required);
  found.prekeys = 511;
  BOOST_TEST(
      (server::store_warnings(found) == Texts{"only 511 key pairs are ready for new tenants: the tool plane makes "
                                              "them; see tacit key prekeys"}));
  found.prekeys = 512;
  BOOST_TEST(server::store_warnings(found).empty());
  found.prekeys = 0;
  found.makes_first_writes = false;
  BOOST_TEST(server::store_warnings(found).empty());
}

BOOST_AUTO_TEST_CASE(a_rewritten_log_comes_first) {
  StoreFindings found = found_in(SigningPhase::signing);
  found.changed_entry = 41;
  found.prekeys = 1;
  found.unsigned_tenants = 7;
  const Texts warnings = server::store_warnings(found);
  BOOST_TEST(warnings.size() == 3U);
  BOOST_TEST(warnings.front() ==
             "the audit log was rewritten: entry 41 is not the one that this process saw; run tacit "
             "audit verify");
  found.changed_is_unsigned = true;
  BOOST_TEST(server::store_warnings(found).front() ==
             "the audit log was rewritten: entry 41 is not signed; run tacit audit verify");
}

BOOST_AUTO_TEST_SUITE_END()
