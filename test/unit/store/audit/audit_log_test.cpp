// The audit log: the form of its entries, and the hash chain that continues after a restart.
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/health.hpp"

#include <boost/test/unit_test.hpp>

#include "store/audit/audit_hash.hpp"
#include "store/model/json_text.hpp"
#include "store/model/timestamp.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

std::string json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_log)

BOOST_AUTO_TEST_CASE(a_body_is_one_line_of_json) {
  AuditEvent event;
  event.action = AuditAction::secret_release;
  event.tenant = tenant_id(1);
  event.secrets = {tenant_id(2), tenant_id(3)};
  event.tool = "a\"tool\n";
  AuditContext context = who();
  context.request_id.clear();
  BOOST_TEST(audit_body(event, context, 1'700'000'000'000'001) ==
             "{\"time\":\"2023-11-14T22:13:20.000001Z\",\"plane\":\"api\",\"actor\":\"api-key:test\","
             "\"action\":\"secret.release\",\"outcome\":\"ok\",\"tenant\":\"01010101-0101-0101-0101-010101010101\","
             "\"secrets\":[\"02020202-0202-0202-0202-020202020202\",\"03030303-0303-0303-0303-030303030303\"],"
             "\"tool\":\"a\\\"tool\\u000a\",\"peer\":\"192.0.2.1:4000\"}");
}

BOOST_AUTO_TEST_CASE(an_action_is_found_by_its_name) {
  for (const AuditActionRow& row : audit_actions) BOOST_CHECK(find_audit_action(row.name) == row.action);
  BOOST_CHECK(!find_audit_action("secret.read"));
  BOOST_CHECK(!find_audit_action(""));
}

BOOST_AUTO_TEST_CASE(an_event_has_the_outcome_of_its_action_or_its_own) {
  const auto has = [](const AuditEvent& event, const std::string& text) {
    return audit_body(event, who(), 0).find(text) != std::string::npos;
  };
  AuditEvent event;
  event.action = AuditAction::tool_refused;
  BOOST_TEST(has(event, R"("action":"tool.refused","outcome":"denied")"));
  event.action = AuditAction::key_retire;
  BOOST_TEST(has(event, R"("action":"key.retire","outcome":"ok")"));
  event.outcome = AuditOutcome::denied;
  BOOST_TEST(has(event, R"("action":"key.retire","outcome":"denied")"));
}

BOOST_AUTO_TEST_CASE(text_is_json_whatever_it_holds) {
  BOOST_TEST(json("a\\\"\x01\x7F") == "\"a\\\\\\\"\\u0001\\u007f\"");
  BOOST_TEST(json("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80") == "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
  const std::string replaced = "\xEF\xBF\xBD";
  BOOST_TEST(json("a\xFF"
                  "b") == "\"a" + replaced + "b\"");
  BOOST_TEST(json("\xC3") == "\"" + replaced + "\"");
  BOOST_TEST(json("\xED\xA0\x80") == "\"" + replaced + replaced + replaced + "\"");  // a surrogate
  BOOST_TEST(json("\xC0\x80") == "\"" + replaced + replaced + "\"");                 // overlong
  BOOST_TEST(json("\xF4\x90\x80\x80") == "\"" + replaced + replaced + replaced + replaced + "\"");
}

BOOST_AUTO_TEST_CASE(instants_are_utc_to_the_microsecond) {
  BOOST_TEST(rfc3339(0) == "1970-01-01T00:00:00.000000Z");
  BOOST_TEST(rfc3339(1'709'164'799'999'999) == "2024-02-28T23:59:59.999999Z");
  BOOST_TEST(rfc3339(1'709'251'199'000'010) == "2024-02-29T23:59:59.000010Z");
  BOOST_TEST(rfc3339(-1) == "1969-12-31T23:59:59.999999Z");
}

BOOST_AUTO_TEST_CASE(each_entry_hashes_the_one_before) {
  StoreFixture fixture;
  for (int i = 0; i < 5; ++i) {
    AuditEvent event;
    event.action = AuditAction::credential_refused;
    event.reason = "expired";
    BOOST_REQUIRE(fixture.wait(fixture.store().audit().record(std::move(event), who())));
  }
  tacit::crypto::Digest previous{};
  std::uint64_t sequence = 0;
  for (const auto& [key, value] : fixture.rows(Table::audit)) {
    const Row row{tacit::crypto::as_bytes(key), tacit::crypto::as_bytes(value)};
    const auto entry = parse_audit_row(row);
    BOOST_REQUIRE(entry);
    BOOST_TEST(entry->sequence == ++sequence);
    BOOST_CHECK(entry->hash == audit_hash(previous, sequence, entry->body));
    previous = entry->hash;
  }
  BOOST_TEST(sequence == 5U);
  const VerifyReport report = fixture.verify();
  BOOST_TEST(report.audit_entries == 5U);
  BOOST_TEST(report.audit_head == "5:" + tacit::crypto::to_hex(previous));
}

BOOST_AUTO_TEST_CASE(the_chain_continues_after_reopening) {
  StoreFixture fixture;
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who())));
  fixture.reopen();
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("b"), who())));
  BOOST_TEST(fixture.audit().size() == 2U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_log_that_cannot_be_continued_stops_changes_and_is_reported) {
  StoreFixture fixture;
  const auto made = fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who()));
  BOOST_REQUIRE(made);
  fixture.put(Table::audit, std::string(9, '\xFF'), "not an entry");
  const auto refused = fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("b"), who()));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::unavailable);
  BOOST_TEST(fixture.store().health().unwilling().value_or("").find("newest audit entry") != std::string::npos);
  BOOST_TEST(fixture.wait(fixture.store().secrets().get(tenant_id(1), made->id, who())).has_value());
  BOOST_TEST(fixture.verify().problem_count == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
