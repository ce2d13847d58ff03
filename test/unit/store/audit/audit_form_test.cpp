// The form of an entry's body: what this program writes, and texts that two readers could read in two ways.
#include "store/audit/audit_form.hpp"

#include <boost/test/unit_test.hpp>

#include "store/audit/audit_log.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

const std::string begin = R"({"time":"t","plane":"api")";

AuditEvent full_event() {
  AuditEvent event;
  event.action = AuditAction::secret_release;
  event.tenant = tenant_id(1);
  event.secrets = {tenant_id(2), tenant_id(3)};
  event.tool = "a tool";
  event.reason = "because";
  event.rows.resize(2);
  event.versions = {1, 4'294'967'295};
  event.tenant_key.emplace();
  event.moved.resize(2);
  return event;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_form)

BOOST_AUTO_TEST_CASE(entries_of_shared_stores_have_the_form) {
  AuditEvent event = full_event();
  event.change = 18'446'744'073'709'551'615U;
  event.heads.resize(2);
  event.heads.back().slot = slot_of(SlotOwner::api, 1);
  const std::string body = audit_body(event, who(), 0, AuditMembers::shared);
  BOOST_TEST(has_entry_form(body));
  BOOST_TEST(body.find(R"("change":18446744073709551615,"heads":["0:)") != std::string::npos);
  BOOST_TEST(audit_body(event, who(), 0, AuditMembers::rows).find("change") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_change_is_a_number_and_nothing_else_is) {
  BOOST_TEST(has_entry_form(begin + R"(,"change":7})"));
  for (const char* members : {R"(,"change":"7"})", R"(,"change":})", R"(,"change":-7})", R"(,"change":7.5})",
                              R"(,"change":[7]})", R"(,"tenant":7})", R"(,"heads":7})", R"(,"tool":"t","change":7})"}) {
    BOOST_TEST(!has_entry_form(begin + members), members);
  }
}

BOOST_AUTO_TEST_CASE(entries_of_this_program_have_the_form) {
  AuditContext context = who();
  context.on_behalf_of = "sub:someone";
  context.traceparent = "00-1";
  BOOST_TEST(has_entry_form(audit_body(full_event(), context, 0, true)));
  BOOST_TEST(has_entry_form(audit_body(full_event(), context, 0)));
  for (const AuditActionRow& row : audit_actions) {
    AuditEvent event;
    event.action = row.action;
    BOOST_TEST(has_entry_form(audit_body(event, who(), 0, true)), row.name);
  }
  context.actor = "quote \" backslash \\ zero \x01 bad \xff end \\";
  BOOST_TEST(has_entry_form(audit_body(full_event(), context, 0)));
}

BOOST_AUTO_TEST_CASE(a_cut_entry_does_not_have_the_form) {
  const std::string body = audit_body(full_event(), who(), 0, true);
  for (std::size_t size = 0; size < body.size(); ++size) {
    BOOST_TEST(!has_entry_form(std::string_view(body).substr(0, size)), size);
  }
  BOOST_TEST(!has_entry_form(body + " "));
  BOOST_TEST(!has_entry_form(body + body));
}

BOOST_AUTO_TEST_CASE(other_texts_do_not_have_the_form) {
  for (const char* const rest :
       {R"(,"plane":"tools"})",       // a second one
        R"(,"time":"t"})",            // in another order
        R"(,"pl\u0061ne":"tools"})",  // in another spelling
        R"(,"other":"x"})",           // unknown
        R"(,"action":1})", R"(,"action":null})", R"(,"action":{"a":"b"}})", R"(,"rows":[]})", R"(,"rows":[["x"]]})",
        R"(,"versions":[-1]})", R"(,"versions":[1,]})", R"(,"action" :"x"})", R"(, "action":"x"})",
        ",\"action\":\"\n\"}", R"(,})", R"(,"action"})", R"(,"action":"x\"})"}) {
    BOOST_TEST(!has_entry_form(begin + rest), rest);
  }
  BOOST_TEST(has_entry_form(begin + R"(,"action":"x","versions":[1,2]})"));
  for (const char* const other : {"", "{}", "[]", "x", "\"x\""}) BOOST_TEST(!has_entry_form(other), other);
}

BOOST_AUTO_TEST_SUITE_END()
