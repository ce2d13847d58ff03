// Which entries are of a signed commit: those from its first one on, and no others; and which bodies are entries.
#include "test/unit/store/audit/signed_log_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
using namespace tacit::store::testing::signed_log;

BOOST_AUTO_TEST_SUITE(audit_commits)

BOOST_AUTO_TEST_CASE(a_signature_does_not_cover_entries_that_were_added_before_its_commit) {
  for (const auto& [body, plane] :
       {std::pair(api, "api"), std::pair(tools, "tools"), std::pair(operators, "operator")}) {
    Log log;
    log.add(api, {signature_of(SigningRole::api, 1)});
    log.add(body);
    log.add(body);
    BOOST_TEST(log.check.is_open());
    log.add(api);
    log.add(tools);
    log.add(operators,
            {signature_of(SigningRole::api, 6, 4), signature_of(SigningRole::tools, 6, 4),
             signature_of(SigningRole::operators, 6, 4)},
            4);
    BOOST_TEST(!log.check.is_open());
    BOOST_TEST((log.end() == Texts{"audit entries 2 to 3: the plane " + std::string(plane) + " is not signed"}));
  }
}

BOOST_AUTO_TEST_CASE(an_altered_first_entry_makes_the_signature_wrong) {
  Log log;
  log.add(api);
  log.add(api, {signature_of(SigningRole::api, 2)}, 1);
  BOOST_TEST((log.end() == Texts{"audit entry 2: the signature of the plane api is wrong"}));
}

BOOST_AUTO_TEST_CASE(commits_that_overlap_or_begin_after_their_end_are_found) {
  Log log;
  log.add(api, {signature_of(SigningRole::api, 1)});
  log.add(api);
  log.add(api, {signature_of(SigningRole::api, 3, 1)}, 1);
  log.add(api, {signature_of(SigningRole::api, 4, 0)}, 0);
  log.add(api, {signature_of(SigningRole::api, 5, 6)}, 6);
  BOOST_TEST(
      (log.end() ==
       Texts{"audit entry 3: its signatures name entry 1 as the first of their commit, but entry 1 ends another commit",
             "audit entry 4: its signatures name entry 0 as the first of their commit",
             "audit entry 5: its signatures name entry 6 as the first of their commit",
             "audit entry 5: is signed for the plane api, which has no entry in its commit",
             "audit entries 5 to 5: the plane api is not signed"}));
}

BOOST_AUTO_TEST_CASE(a_commit_whose_beginning_is_not_known_may_be_of_planes_without_entries) {
  Log log;
  log.check.begin_after(3);
  log.sequence = 3;
  log.add(api, {signature_of(SigningRole::api, 4, 2), signature_of(SigningRole::tools, 4, 2)}, 2);
  BOOST_TEST((log.findings == Texts{}));
  // A commit that begins with a known entry has no other.
  log.check.begin_after(6);
  log.sequence = 6;
  log.add(api, {signature_of(SigningRole::api, 7), signature_of(SigningRole::tools, 7)});
  BOOST_TEST((log.end() == Texts{"audit entry 7: is signed for the plane tools, which has no entry in its commit"}));
}

BOOST_AUTO_TEST_CASE(more_unsigned_entries_than_a_commit_has_are_found) {
  Log log;
  constexpr std::uint64_t number = AuditSignatureCheck::most_in_commit + 10;
  for (std::uint64_t n = 1; n <= number; ++n) log.add(api);
  BOOST_TEST(log.check.is_open());
  log.add(api, {signature_of(SigningRole::api, number + 1)});
  BOOST_TEST((log.end() == Texts{"audit entries 1 to " + std::to_string(number) + ": the plane api is not signed"}));
}

BOOST_AUTO_TEST_CASE(entries_without_a_known_plane_or_action_are_found_from_the_cut_off_on) {
  const std::string of_root = body_of("root", AuditAction::key_add);
  std::string invented = api;
  invented.replace(invented.find("secret.create"), 13, "secret.invent");
  Log log(signers_with(3));
  log.add(of_root);
  log.add(invented);
  BOOST_TEST((log.findings == Texts{}));
  log.add(of_root);
  log.add(invented);
  log.add(api, {signature_of(SigningRole::api, 5)});
  BOOST_TEST((log.end() == Texts{"audit entry 3: names no plane", "audit entry 4: names no action",
                                 "audit entries 4 to 4: the plane api is not signed"}));
}

BOOST_AUTO_TEST_CASE(an_entry_with_two_actions_is_found) {
  const std::string restore = body_of("operator", AuditAction::store_restore);
  const std::string outcome = "\"outcome\"";
  for (const std::string name : {"action", "acti\\u006fn"}) {
    std::string two = restore;
    two.insert(two.find(outcome), "\"" + name + "\":\"secret.update\",");
    Log log;
    log.add(two);
    BOOST_TEST((log.end() == Texts{"audit entry 1: does not have the form of an entry"}), two);
  }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_log_before_the_cut_off) {
  BOOST_TEST(!ends_before_cut_off(signers_with(std::nullopt), 0).has_value());
  BOOST_TEST(!ends_before_cut_off(signers_with(1), 0).has_value());
  BOOST_TEST(!ends_before_cut_off(signers_with(7), 6).has_value());
  BOOST_TEST(ends_before_cut_off(signers_with(7), 5).value() ==
             "the audit log ends before entry 7, from which signatures are required");
}

BOOST_AUTO_TEST_SUITE_END()
