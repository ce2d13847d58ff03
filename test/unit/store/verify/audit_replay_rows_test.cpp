// The replay of entries that say which rows they left, used or moved: each finding, from entries as documented.
#include <boost/test/unit_test.hpp>

#include "crypto/base64.hpp"
#include "crypto/key_id.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/verify/audit_replay.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

using Texts = std::vector<std::string>;

constexpr std::int64_t now = 1'700'000'000'000'000;
constexpr std::uint8_t all_planes = by_api | by_tools | by_operators;
const crypto::Uuid tenant = tenant_id(1);
const crypto::Uuid secret = tenant_id(9);
const std::string its_secret = "tenant " + tenant.str() + ": secret " + secret.str() + ": ";
const std::string secret_of = "secret " + secret.str() + " of tenant " + tenant.str();
const std::string changed_row =
    "its row is not the one of its last entry in the audit log: it was changed or put back without an entry";

crypto::Digest digest(std::uint8_t n) {
  crypto::Digest made{};
  made.fill(n);
  return made;
}

std::string base64(crypto::ByteView bytes) { return std::string(crypto::base64url_encode(bytes).text()); }
std::string quoted(const std::string& text) { return '"' + text + '"'; }
std::string row(std::uint8_t n) { return ",\"rows\":[" + quoted(base64(digest(n))) + "]"; }
std::string version(int n) { return ",\"versions\":[" + std::to_string(n) + "]"; }

std::string body(const std::string& plane, const std::string& action, const std::string& members,
                 const std::string& outcome = "ok") {
  return R"({"time":")" + rfc3339(now) + R"(","plane":")" + plane + R"(","actor":"x","action":")" + action +
         R"(","outcome":")" + outcome + '"' + members + '}';
}

std::string of_tenant() { return ",\"tenant\":" + quoted(tenant.str()); }
std::string of_secret() { return of_tenant() + ",\"secrets\":[" + quoted(secret.str()) + "]"; }
std::string reason(const std::string& text) { return ",\"reason\":" + quoted(text); }

std::string created(std::uint8_t n) { return body("api", "secret.create", of_secret() + row(n) + version(1)); }
std::string released(std::uint8_t n, int value) {
  return body("tools", "secret.release", of_secret() + row(n) + version(value));
}
std::string moved(std::uint8_t before, std::uint8_t after, const std::string& plane = "operator") {
  const std::string text =
      base64(tenant.view()) + base64(secret.view()) + base64(digest(before)) + base64(digest(after));
  return body(plane, "key.rewrap", reason("metadata 00: moved") + ",\"moved\":[" + quoted(text) + "]");
}

struct Replay {
  explicit Replay(std::optional<std::uint64_t> cut_off = 1) : replay(findings, cut_off) {}

  Replay& add(const std::string& entry, std::uint8_t signed_planes = all_planes) {
    replay.commit({.bodies = {entry}, .first = ++sequence, .signed_planes = signed_planes});
    return *this;
  }
  /// The findings after the secret's row was seen.
  Texts with_row(std::uint8_t n, std::int64_t updated_at = now) {
    replay.secret({tenant, secret, updated_at, digest(n)});
    replay.finish();
    return findings.problems;
  }
  Texts with_api_key(const ApiKey& key) {
    replay.api_key(key.id, &key);
    replay.finish();
    return findings.problems;
  }
  Texts with_record(const std::optional<crypto::TenantKey>& key, const TenantLimits& limits = {},
                    std::uint32_t format = 3, const std::optional<std::uint64_t>& quota = {}) {
    replay.tenant(tenant, key, limits, quota, format);
    return findings.problems;
  }
  Texts with_key_list(std::uint8_t n) {
    replay.key_list(digest(n));
    return findings.problems;
  }

  Findings findings;
  AuditReplay replay;
  std::uint64_t sequence = 0;
};

void expect(const Texts& found, const Texts& expected) {
  BOOST_TEST(found == expected, boost::test_tools::per_element());
}

ApiKey some_key() {
  ApiKey key;
  key.id = "AAAAAAAAAAA";
  key.tenant = tenant;
  key.name = "name";
  key.created_at = key.changed_at = now;
  return key;
}

std::string key_entry(const std::string& action, const crypto::Digest& content) {
  return body("api", action, of_tenant() + reason(some_key().id) + ",\"rows\":[" + quoted(base64(content)) + "]");
}

std::string number_of(const crypto::TenantKey& key) {
  return ",\"tenant_key\":" + quoted(crypto::to_hex(key.certificate->number));
}

const std::string old_pair =
    "tenant " + tenant.str() + ": its key is not the one of its last entry in the audit log: an old one was put back";
const std::string other_binding =
    "tenant " + tenant.str() + ": its strict binding is not as the last limits.set in the audit log";
const std::string old_key_list =
    "the store as a whole: its record of its keys is not the one of the last change in the audit log: an old one was "
    "put back";

}  // namespace

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
      "audit entry 2: " + secret_of + " was released from a row that the log does not know";
  expect(Replay().add(created(1)).add(released(1, 1)).with_row(1), {});
  expect(Replay().add(created(1)).add(released(2, 1)).with_row(1), {from_unknown});
  expect(Replay().add(created(1)).add(released(1, 2)).with_row(1),
         {"audit entry 2: " + secret_of + " was released as version 2, but version 1 was current"});
  Replay planted;
  expect(planted.add(body("api", "quota.set", "")).add(released(1, 1)).findings.problems, {from_unknown});
  Replay removed;
  removed.add(created(1)).add(body("api", "secret.delete", of_secret())).add(released(1, 1));
  expect(removed.findings.problems,
         {"audit entry 3: " + secret_of + " was released from a row that the log does not know"});
}

BOOST_AUTO_TEST_CASE(a_release_without_hashes_is_a_finding_from_the_cut_off_on) {
  const std::string bare = body("tools", "secret.release", of_secret());
  const Texts found{"audit entry 2: releases secrets without the hashes of their rows"};
  expect(Replay().add(created(1)).add(bare).with_row(1), found);
  expect(Replay(2).add(created(1)).add(bare).with_row(1), found);
  expect(Replay(3).add(created(1)).add(bare).with_row(1), {});
  expect(Replay(std::nullopt).add(created(1)).add(bare).with_row(1), {});
}

BOOST_AUTO_TEST_CASE(rows_that_an_operator_moved_are_followed) {
  expect(Replay().add(created(1)).add(moved(1, 2)).add(released(2, 1)).with_row(2), {});
  expect(Replay().add(created(1)).add(moved(1, 2)).with_row(1), {its_secret + changed_row});
}

BOOST_AUTO_TEST_CASE(a_move_does_not_hide_a_changed_row) {
  expect(Replay().add(created(1)).add(moved(3, 4)).with_row(4),
         {"audit entry 2: moves " + secret_of +
          " from a row that the log does not know: it was changed or put back without an entry"});
  expect(Replay().add(moved(1, 2)).findings.problems, {"audit entry 1: moves " + secret_of + ", which does not exist"});
}

BOOST_AUTO_TEST_CASE(moves_of_others_than_operators_do_not_count) {
  const Texts found{"audit entry 2: moves rows, but its commit is not signed by an operator", its_secret + changed_row};
  expect(Replay().add(created(1)).add(moved(1, 2), by_api).with_row(2), found);
  expect(Replay().add(created(1)).add(moved(1, 2), 0).with_row(2), found);
  expect(Replay().add(created(1)).add(moved(1, 2, "api"), all_planes).with_row(2), found);
  // Before the cut-off nothing has to be signed.
  expect(Replay(3).add(created(1)).add(moved(1, 2), 0).with_row(2), {});
  expect(Replay(2).add(created(1)).add(moved(1, 2), 0).with_row(2), found);
  expect(Replay(std::nullopt).add(created(1)).add(moved(1, 2), 0).with_row(2), {});
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
         {"audit entry 2: " + secret_of + " was released from a row that the log does not know"});
  expect(pruned()->add(released(1, 1), by_api).with_row(2), {});
  expect(pruned()->add(moved(1, 2)).with_row(2, now - 5), {});
  expect(pruned()->add(moved(1, 2)).with_row(3, now - 5), {its_secret + changed_row});
  expect(pruned()->add(moved(1, 2)).add(moved(3, 4)).with_row(4, now - 5),
         {"audit entry 2: moves " + secret_of +
          " from a row that the log does not know: it was changed or put back without an entry"});
}

BOOST_AUTO_TEST_CASE(before_the_cut_off_an_unsigned_release_does_not_say_the_row) {
  Replay replay(std::nullopt);
  replay.replay.begins_later();
  expect(replay.add(released(1, 1), 0).with_row(2), {});
}

BOOST_AUTO_TEST_CASE(entries_that_their_plane_did_not_sign_do_not_count) {
  const std::string updated = body("api", "secret.update", of_secret() + row(2) + version(2));
  const std::string deleted = body("api", "secret.delete", of_secret());
  const std::string erased = body("operator", "tenant.erase", of_tenant());
  for (const std::uint8_t planes : {std::uint8_t{0}, static_cast<std::uint8_t>(by_tools | by_operators)}) {
    expect(Replay().add(created(1)).add(updated, planes).with_row(2), {its_secret + changed_row});
    expect(Replay().add(created(1)).add(deleted, planes).with_row(1), {});
  }
  expect(Replay().add(created(1)).add(erased, by_api).with_row(1), {});
  expect(Replay().add(created(1), by_tools).with_row(1),
         {its_secret + "is stored, but the audit log has no entry of its creation"});
  // Before the cut-off they do.
  expect(Replay(3).add(created(1)).add(updated, 0).with_row(2), {});
}

BOOST_AUTO_TEST_CASE(entries_of_actions_that_their_plane_does_not_write_do_not_count) {
  for (const std::string plane : {"tools", "operator", "admin"}) {
    const std::string updated = body(plane, "secret.update", of_secret() + row(2) + version(2));
    expect(Replay().add(created(1)).add(updated).with_row(2), {its_secret + changed_row});
    const std::string deleted = body(plane, "secret.delete", of_secret());
    expect(Replay().add(created(1)).add(deleted).with_row(1), {});
  }
  const std::string erased = body("api", "tenant.erase", of_tenant());
  expect(Replay().add(created(1)).add(erased).with_row(1), {});
  expect(Replay().add(created(1)).add(body("api", "secret.release", of_secret() + row(5) + version(1))).with_row(1),
         {});
}

BOOST_AUTO_TEST_CASE(entries_with_a_member_twice_do_not_count) {
  const std::string twice = body("api", "secret.update", of_secret() + row(2) + row(2));
  expect(Replay().add(created(1)).add(twice).with_row(2), {its_secret + changed_row});
}

BOOST_AUTO_TEST_CASE(after_a_fault_the_log_is_judged_from_its_next_entries_on) {
  const auto faulty = [] {
    auto made = std::make_unique<Replay>();
    made->add(created(1));
    made->replay.begins_again();
    return made;
  };
  expect(faulty()->with_row(2), {});
  expect(faulty()->add(released(2, 1)).with_row(2), {});
  expect(faulty()->add(released(2, 1)).with_row(3), {its_secret + changed_row});
  expect(faulty()->add(body("api", "secret.update", of_secret() + row(4) + version(2))).with_row(5),
         {its_secret + changed_row});
  expect(faulty()->add(body("api", "secret.delete", of_secret())).with_row(1),
         {its_secret + "is stored, but is deleted in the audit log: its row was put back"});
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
      "API key AAAAAAAAAAA: is not as in its last entry in the audit log: it was changed or put "
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
  const std::string other_quota = its + "quota is not as the last quota.set in the audit log";
  const std::string other_keys = its + "limit of API keys is not as the last limits.set in the audit log";
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
