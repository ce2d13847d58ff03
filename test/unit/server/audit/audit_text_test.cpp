// Audit entries as text and as JSON.
#include "server/audit/audit_text.hpp"
#include "http/log/printable.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

#include "crypto/ids/key_id.hpp"
#include "store/audit/audit_hash.hpp"

using namespace tacit;
using namespace tacit::server;

namespace {

store::AuditRecord record(std::string body, std::string fault = {}) {
  store::AuditRecord made;
  made.mark.sequence = 7;
  made.mark.hash.fill(0xab);
  made.body = std::move(body);
  made.fault = std::move(fault);
  return made;
}

const std::string hash = [] {
  std::string text;
  for (int i = 0; i < 32; ++i) text += "ab";
  return text;
}();

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_text)

BOOST_AUTO_TEST_CASE(a_line_for_people) {
  BOOST_TEST(audit_line(record(R"({"time":"2026-01-31T12:00:00.000001Z","plane":"tools","actor":"dns:runtime",)"
                               R"("action":"secret.release","outcome":"ok","tenant":"t","secrets":["a","b"],)"
                               R"("tool":"a tool","peer":"192.0.2.1:4000"})")) ==
             "2026-01-31T12:00:00.000001Z 7 secret.release ok dns:runtime plane=tools tenant=t secrets=a,b "
             "tool=\"a tool\" peer=192.0.2.1:4000");
  BOOST_TEST(audit_line(record(R"({"time":"t","actor":"","action":"credential.refused","outcome":"denied"})")) ==
             "t 7 credential.refused denied -");
  BOOST_TEST(audit_line(record(R"({"time":"t","actor":"a","action":"secret.release","outcome":"ok","rows":["x"],)"
                               R"("versions":[1,2],"moved":["y"]})")) == "t 7 secret.release ok a versions=1,2");
  BOOST_TEST(audit_line(record("no JSON")) == "- 7 unreadable \"no JSON\"");
  BOOST_TEST(audit_line(record("{}", "it was altered")).ends_with(" FAULT=\"it was altered\""));
}

BOOST_AUTO_TEST_CASE(a_line_cannot_control_a_terminal) {
  // An escape, a newline, CSI as one character, and a right-to-left override.
  const std::string line = audit_line(record(R"({"time":"t","action":"a","outcome":"o","actor":"x\u001b[2J\n)"
                                             "\xc2\x9b"
                                             "1m\xe2\x80\xae\","
                                             R"("\u001b":"\u007f"})"));
  for (const char* const bad : {"\x1b", "\n", "\xc2\x9b", "\xe2\x80\xae", "\x7f"}) {
    BOOST_TEST(line.find(bad) == std::string::npos);
  }
  BOOST_TEST(audit_line(record("\x1b[2J")).find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(json_is_the_body_with_its_place) {
  BOOST_TEST(audit_json(record(R"({"time":"t"})")) == R"({"sequence":7,"hash":")" + hash + R"(","time":"t"})");
}

BOOST_AUTO_TEST_CASE(signatures_are_before_the_hash_so_that_the_chain_follows_from_the_text_alone) {
  store::AuditRecord first = record(R"({"time":"t"})");
  first.mark.sequence = 1;
  first.mark.hash = store::audit_hash({}, 1, first.body);
  store::AuditRecord second = record(R"({"time":"u","plane":"api"})");
  second.mark.sequence = 2;
  second.mark.hash = store::audit_hash(first.mark.hash, 2, second.body);
  second.first = 1;
  second.signatures.resize(2);
  second.signatures.front().role = crypto::SigningRole::api;
  second.signatures.front().key.fill(0xab);
  second.signatures.back().role = crypto::SigningRole::operators;
  const std::string none(86, 'A');
  BOOST_TEST(audit_json(second) ==
             R"({"sequence":2,"signatures":[{"plane":"api","key":"abababababababab","first":1,"signature":")" + none +
                 R"("},{"plane":"operator","key":"0000000000000000","first":1,"signature":")" + none +
                 R"("}],"hash":")" + crypto::to_hex(second.mark.hash) + R"(","time":"u","plane":"api"})");
  crypto::Digest previous{};
  for (const auto& each : {first, second}) {
    const std::string line = audit_json(each);
    const std::string before = "\"hash\":\"";
    const std::size_t at = line.find(before) + before.size();
    previous = store::audit_hash(previous, each.mark.sequence, "{" + line.substr(at + 64 + 2));
    BOOST_TEST(crypto::to_hex(previous) == line.substr(at, 64));
  }
}

BOOST_AUTO_TEST_CASE(foreign_text_is_quoted) {
  for (const auto& each : {record("{\"a\":\"b\"}", "why"), record("{\n}"), record("x"), record("{}"), record("")}) {
    const std::string line = audit_json(each);
    BOOST_TEST(line.find('\n') == std::string::npos);
    const auto parsed = boost::json::parse(line);
    BOOST_TEST(std::string(parsed.at("stored").as_string()) == each.body);
    BOOST_TEST(std::string(parsed.at("fault").as_string()) == each.fault);
  }
}

BOOST_AUTO_TEST_CASE(json_for_a_terminal_means_the_same) {
  const std::string text = "{\"a\":\"caf\xc3\xa9 \xc2\x9b \xe2\x80\xae \xe2\x82\xac \x7f\"}";
  const std::string escaped = http::printable_json(text);
  BOOST_TEST(escaped == "{\"a\":\"caf\xc3\xa9 \\u009b \\u202e \xe2\x82\xac \\u007f\"}");
  BOOST_TEST((boost::json::parse(escaped) == boost::json::parse(text)));
}

BOOST_AUTO_TEST_SUITE_END()
