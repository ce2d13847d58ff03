#include "auth/tool_identities.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using tacit::auth::ToolIdentities;

namespace {

ToolIdentities parsed(std::string_view text) {
  auto identities = ToolIdentities::parse(text, "test");
  BOOST_TEST_REQUIRE(!identities.has_error(), identities.error().message);
  return std::move(*identities);
}

std::string error_of(std::string_view text) {
  const auto identities = ToolIdentities::parse(text, "file");
  return identities.has_error() ? identities.error().message : "no error";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tool_identities)

BOOST_AUTO_TEST_CASE(granted_patterns_cover_tools) {
  const auto identities = parsed(
      "# who may use what\n"
      "\n"
      "uri:spiffe://example.org/runtime  agno__linear__*  agno__github__create_issue   # both\n"
      "  dns:runtime-7.tools.example.org\t*\r\n"
      "cn:legacy-runtime legacy__*");
  BOOST_TEST(identities.size() == 3u);
  const auto uri = "uri:spiffe://example.org/runtime";
  BOOST_TEST(identities.may_use(uri, "agno__linear__get_issue_details"));
  BOOST_TEST(identities.may_use(uri, "agno__github__create_issue"));
  BOOST_TEST(!identities.may_use(uri, "agno__github__create_issues"));
  BOOST_TEST(!identities.may_use(uri, "#"));
  BOOST_TEST(!identities.may_use(uri, "both"));
  BOOST_TEST(identities.may_use("dns:runtime-7.tools.example.org", "anything"));
  BOOST_TEST(identities.may_use("cn:legacy-runtime", "legacy__"));
}

BOOST_AUTO_TEST_CASE(the_kind_is_part_of_the_identity) {
  const auto identities = parsed("uri:spiffe://a *\ncn:b *\n");
  BOOST_TEST(identities.knows("uri:spiffe://a"));
  BOOST_TEST(!identities.knows("cn:spiffe://a"));
  BOOST_TEST(!identities.knows("spiffe://a"));
  BOOST_TEST(!identities.may_use("dns:b", "tool"));
  BOOST_TEST(!identities.may_use("", "tool"));
}

BOOST_AUTO_TEST_CASE(a_hash_within_a_word_is_no_comment) {
  const auto identities = parsed("uri:urn:x#y tool#1\n");
  BOOST_TEST(identities.may_use("uri:urn:x#y", "tool#1"));
}

BOOST_AUTO_TEST_CASE(faults_name_the_file_and_the_line) {
  BOOST_TEST(error_of("") == "file: lists no identities");
  BOOST_TEST(error_of("# nobody\n\n") == "file: lists no identities");
  BOOST_TEST(error_of("cn:a *\nspiffe://b *\n") == "file:2: an identity starts with uri:, dns: or cn:");
  BOOST_TEST(error_of("\n\ncn: *\n") == "file:3: the identity has no name after its kind");
  BOOST_TEST(error_of("cn:a\n") == "file:1: cn:a is granted no tools");
  BOOST_TEST(error_of("cn:a # *\n") == "file:1: cn:a is granted no tools");
  BOOST_TEST(error_of("cn:a x\ncn:a y\n") == "file:2: cn:a is listed twice");
  BOOST_TEST(error_of("dns:*.example.org x\n") == "file:1: an identity is one name and takes no *; only its tools do");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_named) {
  BOOST_TEST(ToolIdentities::load("/nonexistent/identities").error().message ==
             "/nonexistent/identities: cannot be read");
  BOOST_TEST(ToolIdentities::load("/tmp").error().message == "/tmp: is a directory");
}

BOOST_AUTO_TEST_SUITE_END()
