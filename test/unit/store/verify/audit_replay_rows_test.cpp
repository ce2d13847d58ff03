// The replay of entries that say which rows they left, used or moved: each finding, from entries as documented.
#include "test/unit/store/verify/replay_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
using namespace tacit::store::testing::replay;
namespace crypto = tacit::crypto;

BOOST_AUTO_TEST_SUITE(audit_replay_rows)

BOOST_AUTO_TEST_CASE(a_row_is_as_its_last_entry_left_it) {
  expect(Replay().add(created(1)).with_row(1), {});
  expect(Replay().add(created(1)).with_row(2), {its_secret + changed_row});
  const std::string updated = body("api", "secret.update", of_secret() + row(2) + version(2));
  expect(Replay().add(created(1)).add(updated).with_row(2), {});
  expect(Replay().add(created(1)).add(updated).with_row(1), {its_secret + changed_row});
}

BOOST_AUTO_TEST_CASE(a_row_of_another_time_is_one_finding) {
  expect(Replay().add(created(1)).with_row(2, now - 1),
         {its_secret + "is older than its last change in the audit log: an old row was put back"});
  expect(Replay().add(created(1)).with_row(2, now + 1),
         {its_secret + "is newer than its last change in the audit log"});
}

BOOST_AUTO_TEST_CASE(entries_without_hashes_are_judged_by_their_times) {
  expect(Replay().add(body("api", "secret.create", of_secret())).with_row(7), {});
  // A later entry without a hash says nothing of the row.
  const std::string updated = body("api", "secret.update", of_secret());
  expect(Replay().add(created(1)).add(updated).with_row(7), {});
}

BOOST_AUTO_TEST_CASE(a_release_from_a_row_that_the_log_does_not_know) {
  const std::string from_unknown =
      "audit entry 2: " + the_secret + " was released from a row that the log does not know";
  expect(Replay().add(created(1)).add(released(1, 1)).with_row(1), {});
  expect(Replay().add(created(1)).add(released(2, 1)).with_row(1), {from_unknown});
  expect(Replay().add(created(1)).add(released(1, 2)).with_row(1),
         {"audit entry 2: " + the_secret + " was released as version 2, but version 1 was current"});
  Replay planted;
  expect(planted.add(body("api", "quota.set", "")).add(released(1, 1)).findings.problems, {from_unknown});
  Replay removed;
  removed.add(created(1)).add(body("api", "secret.delete", of_secret())).add(released(1, 1));
  expect(removed.findings.problems,
         {"audit entry 3: " + the_secret + " was released from a row that the log does not know"});
}

BOOST_AUTO_TEST_CASE(rows_that_an_operator_moved_are_followed) {
  expect(Replay().add(created(1)).add(moved(1, 2)).add(released(2, 1)).with_row(2), {});
  expect(Replay().add(created(1)).add(moved(1, 2)).with_row(1), {its_secret + changed_row});
}

BOOST_AUTO_TEST_CASE(a_move_does_not_hide_a_changed_row) {
  expect(Replay().add(created(1)).add(moved(3, 4)).with_row(4),
         {"audit entry 2: moves " + the_secret +
          " from a row that the log does not know: it was changed or put back without an entry"});
  expect(Replay().add(moved(1, 2)).findings.problems,
         {"audit entry 1: moves " + the_secret + ", which does not exist"});
}

BOOST_AUTO_TEST_CASE(a_pruned_log_judges_what_it_still_has) {
  const auto pruned = [] {
    auto made = std::make_unique<Replay>();
    made->replay.begins_later();
    return made;
  };
  // The first release of a secret says its row, if the tool plane signed it.
  expect(pruned()->add(released(1, 1)).with_row(1), {});
  expect(pruned()->add(released(1, 1)).with_row(2), {its_secret + changed_row});
  expect(pruned()->add(released(1, 1)).add(released(2, 1)).with_row(1),
         {"audit entry 2: " + the_secret + " was released from a row that the log does not know"});
  expect(pruned()->add(released(1, 1), by_api).with_row(2), {});
  expect(pruned()->add(moved(1, 2)).with_row(2, now - 5), {});
  expect(pruned()->add(moved(1, 2)).with_row(3, now - 5), {its_secret + changed_row});
  expect(pruned()->add(moved(1, 2)).add(moved(3, 4)).with_row(4, now - 5),
         {"audit entry 2: moves " + the_secret +
          " from a row that the log does not know: it was changed or put back without an entry"});
}

BOOST_AUTO_TEST_CASE(a_log_that_is_not_reliable_is_not_judged_by) {
  Replay replay;
  replay.replay.give_up();
  expect(replay.add(created(1)).add(moved(3, 4), 0).add(released(5, 1)).with_row(7), {});
}

BOOST_AUTO_TEST_CASE(the_content_of_an_api_key_is_as_in_its_last_entry) {
  const ApiKey key = some_key();
  ApiKey used = key;
  used.last_used_at = now + 5;
  ApiKey other = key;
  other.secret_hash.fill(1);
  const std::string changed =
      "API key AAAAAAAAAAA: differs from its last entry in the audit log: it was changed or put "
      "back without an entry";
  const std::string made = key_entry("api_key.create", api_key_digest(key));
  expect(Replay().add(made).with_api_key(key), {});
  expect(Replay().add(made).with_api_key(used), {});
  expect(Replay().add(made).with_api_key(other), {changed});
  ApiKey revoked = key;
  revoked.revoked_at = now;
  const std::string ended = key_entry("api_key.revoke", api_key_digest(revoked));
  expect(Replay().add(made).add(ended).with_api_key(revoked), {});
  revoked.name = "another";
  expect(Replay().add(made).add(ended).with_api_key(revoked), {changed});
}

BOOST_AUTO_TEST_CASE(the_record_of_keys_is_that_of_the_last_change) {
  const auto change = [](const std::string& action, const std::string& members, const std::string& outcome = "ok") {
    return body("operator", action, members, outcome);
  };
  const std::string promoted = change("key.promote", reason("root 00") + row(1));
  expect(Replay().add(promoted).with_key_list(1), {});
  expect(Replay().add(promoted).with_key_list(2), {old_key_list});
  expect(Replay().add(promoted).add(change("key.retire", reason("root 01") + row(2))).with_key_list(1), {old_key_list});
  // A key that is kept after all.
  expect(Replay().add(promoted).add(change("key.retire", reason("root 01") + row(2), "denied")).with_key_list(2), {});
  expect(Replay().add(promoted).add(change("key.rewrap", reason("root 01: begun") + row(2))).with_key_list(2), {});
  expect(Replay().add(promoted).add(change("key.rewrap", reason("root 01: done"))).with_key_list(2), {old_key_list});
  expect(Replay().add(promoted).add(change("key.promote", reason("audit-api 02"))).with_key_list(2), {old_key_list});
  expect(Replay().add(promoted).add(change("key.promote", reason("root 02"))).with_key_list(2), {});
  expect(Replay().add(promoted).add(change("key.promote", reason("root 02") + row(2)), by_api).with_key_list(2),
         {old_key_list});
}

BOOST_AUTO_TEST_CASE(a_restore_may_sign_the_record_of_keys_again) {
  const std::string promoted = body("operator", "key.promote", reason("root 00") + row(1));
  const std::string restored = body("operator", "store.restore", "");
  expect(Replay().add(promoted).add(restored).with_key_list(2), {});
  expect(Replay().add(promoted).add(restored, by_api).with_key_list(2), {old_key_list});
  expect(Replay(3).add(promoted, 0).add(restored, 0).with_key_list(2), {});
}

BOOST_AUTO_TEST_CASE(a_tenants_pair_is_that_of_its_last_entry) {
  const crypto::TenantKey first = certified_key();
  const crypto::TenantKey second = certified_key();
  const std::string took = body("api", "secret.create", of_secret() + row(1) + version(1) + number_of(first));
  const std::string rekeyed = body("operator", "tenant.rekey", of_tenant() + reason("begun") + number_of(second));
  expect(Replay().add(took).with_record(first), {});
  expect(Replay().add(took).with_record(second), {old_pair});
  expect(Replay().add(took).with_record(std::nullopt), {old_pair});
  expect(Replay().add(took).add(rekeyed).with_record(second), {});
  expect(Replay().add(took).add(rekeyed).with_record(first), {old_pair});
  // Only a tenant without a pair takes one, and only an operator replaces it.
  expect(Replay().add(took).add(rekeyed).add(took).with_record(first), {old_pair});
  expect(Replay().add(took).add(rekeyed, by_api).with_record(second), {old_pair});
  expect(Replay().add(took).add(body("operator", "tenant.erase", of_tenant())).with_record(second), {});
}

BOOST_AUTO_TEST_CASE(a_pair_is_given_to_one_tenant) {
  const std::string number = number_of(certified_key());
  const std::string other = ",\"tenant\":" + quoted(tenant_id(2).str()) + reason("begun") + number;
  Replay replay;
  replay.add(body("operator", "tenant.rekey", of_tenant() + reason("begun") + number));
  expect(replay.add(body("operator", "tenant.rekey", other)).findings.problems,
         {"audit entry 2: gives tenant " + tenant_id(2).str() + " a key whose number is also that of tenant " +
          tenant.str() + "'s key"});
  BOOST_TEST(replay.replay.given_pairs().size() == 1U);
}

BOOST_AUTO_TEST_CASE(quotas_and_limits_are_as_an_operator_set_them) {
  const std::string its = "tenant " + tenant.str() + ": its ";
  const std::string other_quota = its + "quota differs from the last quota.set in the audit log";
  const std::string other_keys = its + "limit of API keys differs from the last limits.set in the audit log";
  const std::string quota = body("operator", "quota.set", of_tenant() + reason("4096"));
  const std::string limits =
      body("operator", "limits.set", of_tenant() + reason("requests_per_second=default api_keys=7"));
  TenantLimits seven;
  seven.api_keys = 7;
  expect(Replay().add(quota).with_record(std::nullopt, {}, 3, 4096), {});
  expect(Replay().add(quota).with_record(std::nullopt, {}, 3, 4097), {other_quota});
  expect(Replay().add(quota).with_record(std::nullopt), {other_quota});
  expect(Replay().with_record(std::nullopt, {}, 3, 4096), {other_quota});
  expect(Replay().add(limits).with_record(std::nullopt, seven), {});
  expect(Replay().add(limits).with_record(std::nullopt), {other_keys});
  expect(Replay().with_record(std::nullopt, seven), {other_keys});
  // Only an operator's entry counts, and after an erasure the defaults apply.
  expect(Replay().add(quota, by_api).with_record(std::nullopt, {}, 3, 4096), {other_quota});
  const std::string erased = body("operator", "tenant.erase", of_tenant());
  expect(Replay().add(quota).add(limits).add(erased).with_record(std::nullopt), {});
  expect(Replay().add(quota).add(erased).with_record(std::nullopt, {}, 3, 4096), {other_quota});
  Replay pruned;
  pruned.replay.begins_later();
  expect(pruned.with_record(std::nullopt, seven, 3, 4096), {});
}

BOOST_AUTO_TEST_CASE(strict_binding_is_as_an_operator_set_it) {
  const auto set = [](const std::string& word) {
    return body("operator", "limits.set", of_tenant() + reason("secrets=default" + word));
  };
  TenantLimits on;
  on.strict_binding = true;
  TenantLimits off;
  off.strict_binding = false;
  expect(Replay().add(set(" strict_binding=on")).with_record(std::nullopt, on), {});
  expect(Replay().add(set(" strict_binding=on")).with_record(std::nullopt, off), {other_binding});
  expect(Replay().add(set(" strict_binding=on")).with_record(std::nullopt), {other_binding});
  expect(Replay().add(set(" strict_binding=off")).with_record(std::nullopt, off), {});
  expect(Replay().add(set(" strict_binding=default")).with_record(std::nullopt), {});
  expect(Replay().add(set("")).with_record(std::nullopt), {});
  expect(Replay().with_record(std::nullopt, off), {other_binding});
  expect(Replay().add(set(" strict_binding=off"), by_api).with_record(std::nullopt, off), {other_binding});
  // Older records do not have the setting.
  expect(Replay().add(set(" strict_binding=on")).with_record(std::nullopt, {}, 2), {});
  Replay pruned;
  pruned.replay.begins_later();
  expect(pruned.with_record(std::nullopt, off), {});
}

BOOST_AUTO_TEST_SUITE_END()
