// The body of a tool runtime's request.
#include <boost/test/unit_test.hpp>

#include "http/api/tool_bodies.hpp"
#include "test/unit/http/json/faults_fixture.hpp"

using namespace tacit;
using namespace tacit::http;
using namespace tacit::http::test;

namespace {

const auto each = boost::test_tools::per_element();
const std::string start = R"({"user_id":"6f1d2c3b-4a59-4687-9a8b-7c6d5e4f3a2b","tool_name":"t")";

Lines faults_of(const std::string& body) { return lines(parse_resolve(body)); }

std::string list_of(std::size_t count) {
  std::string json = "[";
  for (std::size_t i = 0; i < count; ++i) json += (i == 0 ? "\"a" : ",\"a") + std::to_string(i) + "\"";
  return json + "]";
}

std::string map_of(std::size_t count) {
  std::string json = "{";
  for (std::size_t i = 0; i < count; ++i) json += (i == 0 ? "\"a" : ",\"a") + std::to_string(i) + "\":\"n\"";
  return json + "}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(resolve_body)

BOOST_AUTO_TEST_CASE(every_field_is_read) {
  const auto query =
      parse_resolve(start + R"(,"provided_args":["team","\u006be\u0079"],"secrets":{"api_key":"my key","other":"o"}})");
  BOOST_REQUIRE(query.has_value());
  BOOST_TEST(query->tenant.str() == "6f1d2c3b-4a59-4687-9a8b-7c6d5e4f3a2b");
  BOOST_TEST(query->tool_name == "t");
  BOOST_TEST(query->provided_args == (std::vector<std::string>{"team", "key"}), each);
  BOOST_REQUIRE(query->secrets.size() == 2U);
  BOOST_TEST((query->secrets[0] == std::pair<std::string, std::string>("api_key", "my key")));
  BOOST_TEST((query->secrets[1] == std::pair<std::string, std::string>("other", "o")));
}

BOOST_AUTO_TEST_CASE(the_optional_parts_left_out) {
  for (const std::string rest :
       {"}", R"(,"provided_args":null,"secrets":null})", R"(,"provided_args":[],"secrets":{}})"}) {
    const auto query = parse_resolve(start + rest);
    BOOST_REQUIRE(query.has_value());
    BOOST_TEST((query->provided_args.empty() && query->secrets.empty()));
  }
}

BOOST_AUTO_TEST_CASE(a_named_argument_is_not_a_provided_one) {
  const auto query = parse_resolve(start + R"(,"provided_args":["a","b","a"],"secrets":{"a":"n"}})");
  BOOST_REQUIRE(query.has_value());
  BOOST_TEST(query->provided_args == std::vector<std::string>{"b"}, each);
  BOOST_TEST(query->secrets.size() == 1U);
}

BOOST_AUTO_TEST_CASE(required_fields_and_types) {
  BOOST_TEST(faults_of("{}") == (Lines{"missing body.user_id Field required", "missing body.tool_name Field required"}),
             each);
  BOOST_TEST(faults_of("") == (Lines{"missing body.user_id Field required", "missing body.tool_name Field required"}),
             each);
  BOOST_TEST(faults_of("[]").size() == 4U);
  BOOST_TEST(faults_of(R"({"user_id":1,"tool_name":null,"provided_args":"a","secrets":[]})") ==
                 (Lines{"uuid_type body.user_id UUID input should be a string, bytes or UUID object",
                        "string_type body.tool_name Input should be a valid string",
                        "list_type body.provided_args Input should be a valid list",
                        "dict_type body.secrets Input should be a valid dictionary"}),
             each);
  BOOST_TEST(faults_of(R"({"user_id":null,"tool_name":"","provided_args":{"a":["x"]},"secrets":"x"})") ==
                 (Lines{"uuid_type body.user_id UUID input should be a string, bytes or UUID object",
                        "string_too_short body.tool_name String should have at least 1 character",
                        "list_type body.provided_args Input should be a valid list",
                        "dict_type body.secrets Input should be a valid dictionary"}),
             each);
}

BOOST_AUTO_TEST_CASE(a_tool_name_is_no_pattern) {
  const std::string id = R"({"user_id":"6f1d2c3b-4a59-4687-9a8b-7c6d5e4f3a2b","tool_name":)";
  for (const std::string name : {R"("*")", R"("a__*")", R"("a\u002ab")"}) {
    BOOST_TEST(faults_of(id + name + "}") ==
                   Lines{"value_error body.tool_name Value error, tool_name must be one tool's name, without *"},
               each);
  }
  BOOST_TEST(faults_of(id + "\"" + repeat("*", 1025) + "\"}") ==
                 Lines{"string_too_long body.tool_name String should have at most 1024 characters"},
             each);
}

BOOST_AUTO_TEST_CASE(user_ids) {
  const auto faults = [](const std::string& id) { return faults_of(R"({"tool_name":"t","user_id":")" + id + "\"}"); };
  for (const std::string id :
       {"6F1D2C3B4A5946879A8B7C6D5E4F3A2B", "{6f1d2c3b-4a59-4687-9a8b-7c6d5e4f3a2b}",
        "urn:uuid:6f1d2c3b-4a59-4687-9a8b-7c6d5e4f3a2b", "\\u0036f1d2c3b-4a59-4687-9a8b-7c6d5e4f3a2b"}) {
    BOOST_TEST(faults(id) == Lines{}, each);
  }
  BOOST_TEST(faults("x") == Lines{"uuid_parsing body.user_id Input should be a valid UUID, invalid character at 1"},
             each);
  // An id with a long suffix is not accepted as the id.
  const std::string long_tail = "6f1d2c3b-4a59-4687-9a8b-7c6d5e4f3a2b\\n" + repeat("x", 5000);
  BOOST_TEST(faults(long_tail) == Lines{"uuid_parsing body.user_id Input should be a valid UUID, invalid length"},
             each);
}

BOOST_AUTO_TEST_CASE(entries_of_lists_and_maps) {
  BOOST_TEST(faults_of(start + R"(,"provided_args":["a",1,"",null,["x"],{"y":"z"}]})") ==
                 (Lines{"string_type body.provided_args.1 Input should be a valid string",
                        "string_too_short body.provided_args.2 String should have at least 1 character",
                        "string_type body.provided_args.3 Input should be a valid string",
                        "string_type body.provided_args.4 Input should be a valid string",
                        "string_type body.provided_args.5 Input should be a valid string"}),
             each);
  BOOST_TEST(faults_of(start + R"(,"secrets":{"a":"n","":"n","b":"","cAnArY":["x",{"y":"z"}],"d":null}})") ==
                 (Lines{"string_too_short body.secrets..[key] String should have at least 1 character",
                        "string_too_short body.secrets.b String should have at least 1 character",
                        "string_type body.secrets.cAnArY Input should be a valid string",
                        "string_type body.secrets.d Input should be a valid string"}),
             each);
  BOOST_TEST(
      faults_of(start + R"(,"secrets":{")" + repeat("k", 1025) + R"(":")" + repeat("v", 1025) + "\"}}") ==
          (Lines{
              "string_too_long body.secrets." + repeat("k", 1025) + ".[key] String should have at most 1024 characters",
              "string_too_long body.secrets." + repeat("k", 1025) + " String should have at most 1024 characters"}),
      each);
}

BOOST_AUTO_TEST_CASE(unknown_fields) {
  const std::string words = " Extra inputs are not permitted";
  BOOST_TEST(faults_of(start + R"(,"Tool_name":"x","provided":null,"secrets ":{"a":"n"}})") ==
                 (Lines{"extra_forbidden body.Tool_name" + words, "extra_forbidden body.provided" + words,
                        "extra_forbidden body.secrets " + words}),
             each);
  // Faults of unknown fields come after those of known fields.
  BOOST_TEST(faults_of(R"({"x":1,"user_id":"6f1d2c3b-4a59-4687-9a8b-7c6d5e4f3a2b"})") ==
                 (Lines{"missing body.tool_name Field required", "extra_forbidden body.x" + words}),
             each);
}

BOOST_AUTO_TEST_CASE(the_number_of_entries_is_limited) {
  BOOST_TEST(faults_of(start + ",\"provided_args\":" + list_of(256) + ",\"secrets\":" + map_of(256) +
                       ",\"wanted_args\":" + list_of(256) + "}") == Lines{},
             each);
  BOOST_TEST(faults_of(start + ",\"wanted_args\":" + list_of(257) + "}") ==
                 Lines{"too_long body.wanted_args List should have at most 256 items after validation, not 257"},
             each);
  BOOST_TEST(faults_of(start + ",\"provided_args\":" + list_of(257) + ",\"secrets\":" + map_of(300) + "}") ==
                 (Lines{"too_long body.provided_args List should have at most 256 items after validation, not 257",
                        "too_long body.secrets Dictionary should have at most 256 items after validation, not 300"}),
             each);
}

BOOST_AUTO_TEST_CASE(wanted_arguments) {
  const auto query = parse_resolve(start + R"(,"wanted_args":["api_key","team"]})");
  BOOST_REQUIRE(query.has_value());
  BOOST_TEST(query->tells_missing);
  BOOST_TEST(query->wanted_args == (std::vector<std::string>{"api_key", "team"}), each);
  const auto none = parse_resolve(start + R"(,"wanted_args":[]})");
  BOOST_TEST((none.has_value() && none->tells_missing && none->wanted_args.empty()));
  const auto null = parse_resolve(start + R"(,"wanted_args":null})");
  BOOST_TEST((null.has_value() && !null->tells_missing));
  BOOST_TEST(faults_of(start + R"(,"wanted_args":["",1]})") ==
                 (Lines{"string_too_short body.wanted_args.0 String should have at least 1 character",
                        "string_type body.wanted_args.1 Input should be a valid string"}),
             each);
}

BOOST_AUTO_TEST_CASE(several_tools) {
  const std::string user = R"({"user_id":"6f1d2c3b-4a59-4687-9a8b-7c6d5e4f3a2b","tools":)";
  const auto read = [&](const std::string& tools) { return parse_resolve_many(user + tools + "}"); };
  const auto two =
      read(R"([{"tool_name":"t","secrets":{"a":"n"}},{"tool_name":"u","provided_args":["p"],"wanted_args":["w"]}])");
  BOOST_REQUIRE(two.has_value());
  BOOST_REQUIRE(two->tools.size() == 2U);
  BOOST_TEST(two->tools[0].tool_name == "t");
  BOOST_TEST(two->tools[0].secrets.size() == 1U);
  BOOST_TEST(two->tools[0].provided_args.empty());
  BOOST_TEST(two->tools[1].provided_args == std::vector<std::string>{"p"}, each);
  BOOST_TEST(two->tools[1].wanted_args == std::vector<std::string>{"w"}, each);
  BOOST_TEST((two->tools[1].tenant == two->tenant));
  BOOST_TEST(
      lines(read("[]")) == Lines{"too_short body.tools List should have at least 1 item after validation, not 0"},
      each);
  BOOST_TEST(lines(read("{}")) == Lines{"list_type body.tools Input should be a valid list"}, each);
  BOOST_TEST(
      lines(read(R"([{"tool_name":"t"},{"tool":"u","user_id":"x"},7,["x"],{"tool_name":"a*","secrets":{"b":1}}])")) ==
          (Lines{
              "missing body.tools.1.tool_name Field required",
              "extra_forbidden body.tools.1.tool Extra inputs are not permitted",
              "extra_forbidden body.tools.1.user_id Extra inputs are not permitted",
              "model_attributes_type body.tools.2 Input should be a valid dictionary or object to extract fields from",
              "model_attributes_type body.tools.3 Input should be a valid dictionary or object to extract fields from",
              "value_error body.tools.4.tool_name Value error, tool_name must be one tool's name, without *",
              "string_type body.tools.4.secrets.b Input should be a valid string"}),
      each);
  std::string many = "[";
  for (std::size_t i = 0; i < 65; ++i) many += std::string(i == 0 ? "" : ",") + R"({"tool_name":"t"})";
  BOOST_TEST(lines(read(many + "]")) ==
                 Lines{"too_long body.tools List should have at most 64 items after validation, not 65"},
             each);
}

BOOST_AUTO_TEST_CASE(a_report) {
  const std::string body = R"({"user_id":"6f1d2c3b-4a59-4687-9a8b-7c6d5e4f3a2b","tool_name":"t",)"
                           R"("secret_id":"019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b","outcome":)";
  const auto report = parse_report(body + R"("rejected_upstream"})");
  BOOST_REQUIRE(report.has_value());
  BOOST_TEST(report->tenant.str() == "6f1d2c3b-4a59-4687-9a8b-7c6d5e4f3a2b");
  BOOST_TEST(report->secret.str() == "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b");
  BOOST_TEST(report->tool_name == "t");
  const Lines unknown{"literal_error body.outcome Input should be 'rejected_upstream'"};
  for (const std::string outcome : {R"("released")", "null", "1", R"("")", R"("rejected_upstream ")"}) {
    BOOST_TEST(lines(parse_report(body + outcome + "}")) == unknown, each);
  }
  BOOST_TEST(lines(parse_report("{}")).size() == 4U);
  BOOST_TEST(lines(parse_report(body + R"("rejected_upstream","x":1})")) ==
                 Lines{"extra_forbidden body.x Extra inputs are not permitted"},
             each);
}

BOOST_AUTO_TEST_SUITE_END()
