// The file of tool runtimes' identities: grants, and faults reported with their line.
#include "auth/tool_identities.hpp"
#include "test/temporary_folder.hpp"

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
  BOOST_TEST(error_of("cn:a *\nspiffe://b *\n") == "file:2: an identity must start with uri:, dns: or cn:");
  BOOST_TEST(error_of("\n\ncn: *\n") == "file:3: the identity has no name after its kind");
  BOOST_TEST(error_of("cn:a\n") == "file:1: cn:a is granted no tools");
  BOOST_TEST(error_of("cn:a # *\n") == "file:1: cn:a is granted no tools");
  BOOST_TEST(error_of("cn:a x\ncn:a y\n") == "file:2: cn:a is listed twice");
  BOOST_TEST(error_of("dns:*.example.org x\n") == "file:1: an identity is one name and takes no *; only its tools do");
}

BOOST_AUTO_TEST_CASE(names_with_blanks_are_quoted) {
  const auto identities = parsed(
      "cn:\"My Runtime\" agno__*\n"
      "\"cn:Other Runtime\" \"Web Search\"\n"
      "cn:\"quote \\\" and \\\\\" *   # both\n"
      "cn:\"search\" search fetch\n"
      "cn:Büro büro_*\n"
      "uri:\"urn:a,b\" \"x,y\"\n");
  BOOST_TEST(identities.may_use("cn:My Runtime", "agno__x"));
  BOOST_TEST(!identities.knows("cn:My"));
  BOOST_TEST(identities.may_use("cn:Other Runtime", "Web Search"));
  BOOST_TEST(!identities.may_use("cn:Other Runtime", "Web"));
  BOOST_TEST(identities.may_use("cn:quote \" and \\", "anything"));
  BOOST_TEST(identities.may_use("cn:search", "fetch"));
  BOOST_TEST(identities.may_use("cn:Büro", "büro_1"));
  BOOST_TEST(identities.may_use("uri:urn:a,b", "x,y"));
}

BOOST_AUTO_TEST_CASE(a_possible_rest_of_a_name_is_refused) {
  const auto refused = [](const std::string& line, const std::string& why) {
    const std::string error = error_of(line + "\n");
    BOOST_TEST(error.starts_with("file:1: "), line);
    BOOST_TEST(error.find(why) != std::string::npos, line + " -> " + error);
  };
  const std::string quoted = "cn:\"My Runtime\"";
  for (const char* line :
       {"cn:My Runtime agno__linear__*", "cn:My Runtime", "cn:My Runtime 7 *", "cn:My Runtime_A x__*"}) {
    refused(line, "Quote the name: cn:\"My Runtime");
  }
  refused("cn:my runtime agno__*", "cn:\"my runtime\" if it is a part, cn:\"my\" if it is a tool");
  refused("cn:my runtime eu", "Quote the name");
  refused("uri:spiffe://a x,y", "separated by blanks, not by commas");
  refused("uri:spiffe://a x; y", "separated by blanks, not by commas");
  refused("uri:spiffe://a,uri:spiffe://b *", "a comma or a semicolon");
  refused("uri:spiffe://a uri:spiffe://b *", "needs a line of its own");
  refused("uri:spiffe://a = x", "= is not a tool name");
  refused("uri:spiffe://a -> x", "-> is not a tool name");
  refused("cn:\"My Runtime *", "no closing quote");
  refused("cn:\"My\"Runtime *", "not followed by a blank");
  refused("cn:My\"Runtime\" *", "a quote stands within a word");
  refused("cn:\"a\\n\" *", "no closing quote, or a backslash");
  refused("uri:\"spiffe://a b\" *", "no certificate can have that name");
  refused("cn:\" a\" *", "no certificate can have that name");
  refused("cn:a\xc2\xa0x *", "no certificate can have that name");
  refused("cn:a\xff *", "no certificate can have that name");
  BOOST_TEST(error_of(std::string("c\0n\0", 4)) == "file: has control characters; it has to be UTF-8 text");
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_skipped) {
  BOOST_TEST(parsed("\xef\xbb\xbf"
                    "uri:spiffe://a *\r\n")
                 .knows("uri:spiffe://a"));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_named) {
  BOOST_TEST(ToolIdentities::load("/nonexistent/identities").error().message ==
             "/nonexistent/identities: cannot be read: No such file or directory");
  BOOST_TEST(ToolIdentities::load("/tmp").error().message == "/tmp: is a directory");
}

BOOST_AUTO_TEST_CASE(additions_by_editors_are_accepted) {
  const tacit::test::TemporaryFolder folder;
  const auto loaded = ToolIdentities::load(folder.write("identities",
                                                        "\xef\xbb\xbf"
                                                        "cn:a x\r\ncn:b y\r\n"));
  BOOST_TEST_REQUIRE(loaded.has_value());
  BOOST_TEST(loaded->may_use("cn:a", "x"));
  BOOST_TEST(loaded->may_use("cn:b", "y"));
}

BOOST_AUTO_TEST_CASE(a_label_follows_the_identity) {
  const auto identities = parsed(
      "uri:spiffe://a label=my-runtime_7.x a__* b\n"
      "cn:b *\n"
      "cn:c \"label=tool\"\n"
      "cn:Legacy label=old Tool\n");
  BOOST_TEST(identities.label_of("uri:spiffe://a") == "my-runtime_7.x");
  BOOST_TEST(identities.may_use("uri:spiffe://a", "b"));
  BOOST_TEST(!identities.may_use("uri:spiffe://a", "label=my-runtime_7.x"));
  BOOST_TEST(identities.label_of("cn:b") == "runtime");
  BOOST_TEST(identities.label_of("cn:c") == "runtime");
  BOOST_TEST(identities.may_use("cn:c", "label=tool"));
  BOOST_TEST(identities.may_use("cn:Legacy", "Tool"));
  BOOST_TEST(identities.label_of("cn:unknown") == "runtime");
  BOOST_TEST((parsed("cn:a label=x *") != parsed("cn:a label=y *")));
}

BOOST_AUTO_TEST_CASE(a_faulty_label_is_refused_with_its_line) {
  BOOST_TEST(error_of("cn:a label=x") == "file:1: cn:a is granted no tools");
  for (const std::string label : {"", "a,b", "\xC3\xA9", "a/b", "a*"}) {
    BOOST_TEST(error_of("cn:a label=" + label + " *").starts_with("file:1: a label has 1 to 64 letters"));
  }
  BOOST_TEST(error_of("cn:a label=" + std::string(65, 'x') + " *").starts_with("file:1: a label has 1 to 64"));
  BOOST_TEST(error_of("cn:a label=" + std::string(64, 'x') + " *") == "no error");
  BOOST_TEST(error_of("cn:a tool label=x").starts_with("file:1: a label stands once, directly after the identity"));
  BOOST_TEST(error_of("cn:a label=x label=y *").starts_with("file:1: a label stands once"));
}

BOOST_AUTO_TEST_SUITE_END()
