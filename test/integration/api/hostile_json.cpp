// Each body that is made to confuse a parser has one defined response, and no part of it is stored or echoed.
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::string_literals;

namespace {

const std::string canary = "cAnArY-77aa";

std::string repeat(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

struct Hostile {
  std::string name;
  std::string body;
};

const std::string fields = R"("secret_name":"n","secret_value":"12345678")";

std::vector<Hostile> not_json() {
  const std::string v = "\"" + canary + "\"";
  return {
      {"nothing but white space", "  \n"},
      {"cut short", "{" + fields + R"(,"tool_arg":")" + canary},
      {"text after the object", "{" + fields + "} " + canary},
      {"two objects", "{" + fields + "}{" + fields + "}"},
      {"a comma too many", "{" + fields + ",}"},
      {"a comment", "{/*" + canary + "*/" + fields + "}"},
      {"single quotes", "{'secret_name':'" + canary + "'}"},
      {"NaN", "{" + fields + R"(,"x":NaN})"},
      {"Infinity", "{" + fields + R"(,"x":-Infinity})"},
      {"a control character in a string", "{" + fields + ",\"tool_arg\":\"a\nb\"}"},
      {"a NUL byte in a string", "{\"secret_name\":\"n\",\"secret_value\":\"1234\0 678\"}"s},
      {"an unknown escape", "{" + fields + R"(,"tool_arg":"\x41"})"},
      {"a leading zero", "{" + fields + R"(,"x":01})"},
      {"a duplicate key", R"({"secret_name":"n","secret_value":"12345678","secret_value":)" + v + "}"},
      {"a duplicate key, escaped", R"({"secret_name":"n","secret_value":"12345678","secret_v\u0061lue":)" + v + "}"},
      {"a duplicate unknown key", "{" + fields + R"(,"x":1,"x":2})"},
      {"a duplicate key deep inside", "{" + fields + R"(,"x":[{"y":1,"y":2}]})"},
      {"UTF-8: a lone continuation byte", "{" + fields + ",\"tool_arg\":\"\x80\"}"},
      {"UTF-8: a sequence cut short", "{" + fields + ",\"tool_arg\":\"\xe2\x82\"}"},
      {"UTF-8: overlong", "{" + fields + ",\"tool_arg\":\"\xc0\xaf\"}"},
      {"UTF-8: a surrogate", "{" + fields + ",\"tool_arg\":\"\xed\xa0\x80\"}"},
      {"UTF-8: beyond Unicode", "{" + fields + ",\"tool_arg\":\"\xf4\x90\x80\x80\"}"},
      {"UTF-8: wrong in an unknown field", "{" + fields + ",\"x\":\"\xff\"}"},
      {"UTF-8: wrong in a key", "{" + fields + ",\"\xff\":1}"},
      {"a lone high surrogate", "{" + fields + R"(,"tool_arg":"\ud83d"})"},
      {"a lone low surrogate", "{" + fields + R"(,"tool_arg":"\ude00"})"},
      {"surrogates the wrong way round", "{" + fields + R"(,"tool_arg":"\ude00\ud83d"})"},
      {"arrays in arrays", "{" + fields + R"(,"x":)" + repeat("[", 20000) + repeat("]", 20000) + "}"},
      {"objects in objects", "{" + fields + R"(,"x":)" + repeat(R"({"x":)", 5000) + "1" + repeat("}", 5000) + "}"},
      {"arrays that never close", "{" + fields + R"(,"x":)" + repeat("[", 60000)},
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hostile_json)

BOOST_AUTO_TEST_CASE(invalid_json_is_refused_with_its_place) {
  Tenant tenant = new_tenant();
  for (const Hostile& hostile : not_json()) {
    BOOST_TEST_CONTEXT(hostile.name) {
      const Answer answer = tenant.api.request("POST", secrets_path, hostile.body);
      REQUIRE_STATUS(answer, 422);
      const json::array detail = answer.at("detail").as_array();
      BOOST_REQUIRE(detail.size() == 1U);
      BOOST_TEST(detail[0].at("type").as_string() == "json_invalid");
      BOOST_TEST(detail[0].at("msg").as_string() == "JSON decode error");
      BOOST_TEST(detail[0].at("loc").at(0).as_string() == "body");
      const auto offset = detail[0].at("loc").at(1).to_number<std::size_t>();
      BOOST_TEST(offset <= hostile.body.size());
      BOOST_TEST(answer.body.find(canary) == std::string::npos);
    }
  }
  BOOST_TEST(tenant.api.get(secrets_path).at("data").as_array().empty());
}

BOOST_AUTO_TEST_CASE(the_place_is_a_byte_offset) {
  Tenant tenant = new_tenant();
  const Answer answer = tenant.api.request("POST", secrets_path, R"({"ä": nope})");
  REQUIRE_STATUS(answer, 422);
  const auto offset = answer.at("detail").at(0).at("loc").at(1).to_number<std::size_t>();
  BOOST_TEST((offset == 7 || offset == 8));  // `n`, or the byte after it, which is invalid there
}

BOOST_AUTO_TEST_CASE(unusual_legal_json_is_accepted) {
  Tenant tenant = new_tenant();
  const std::vector<Hostile> legal = {
      {"a byte order mark",
       "\xef\xbb\xbf"
       R"({"secret_name":"n0","secret_value":"12345678"})"},
      {"escapes everywhere", R"({"secret_\u006eame":"\u006e1","secret_value":"\u0031\u0032\u0033\u0034"})"},
      {"a pair of surrogates", R"({"secret_name":"n2 \ud83d\udd11","secret_value":"12345678"})"},
      {"NUL in the value, escaped", R"({"secret_name":"n3","secret_value":"a\u0000bc"})"},
      {"non-characters", "{\"secret_name\":\"n4 \xef\xbf\xbf\",\"secret_value\":\"12345678\"}"},
      {"white space around", " \t\r\n{ \"secret_name\" : \"n5\" , \"secret_value\" : \"12345678\" }\n "},
      {"huge numbers in an unknown field",
       R"({"secret_name":"n6","secret_value":"12345678","x":[1e400,-1e-400,123456789012345678901234567890]})"},
      {"the same key in different objects",
       R"({"secret_name":"n7","secret_value":"12345678","x":{"secret_name":1},"y":{"secret_name":2}})"},
      {"some nesting",
       R"({"secret_name":"n8","secret_value":"12345678","x":)" + repeat("[", 20) + repeat("]", 20) + "}"},
  };
  for (const Hostile& body : legal) {
    BOOST_TEST_CONTEXT(body.name) { CHECK_STATUS(tenant.api.request("POST", secrets_path, body.body), 200); }
  }
  const Answer found =
      resolve(shared_server(), {{"user_id", tenant.id}, {"tool_name", "t"}, {"secrets", {{"a", "n3"}}}});
  REQUIRE_STATUS(found, 200);
  BOOST_TEST((found.json().at("arguments").at("a").at("value").as_string() == json::string(std::string("a\0bc", 4))));
  const Answer named = tenant.api.get(secrets_path + "?secret_name=n2%20%F0%9F%94%91");
  BOOST_TEST(named.at("data").as_array().size() == 1U);
}

BOOST_AUTO_TEST_CASE(many_keys_do_not_slow_parsing) {
  Tenant tenant = new_tenant();
  std::string body = "{" + fields;
  for (int i = 0; body.size() < 60000; ++i) body += ",\"" + std::to_string(i) + "\":0";
  body += "}";
  const auto start = std::chrono::steady_clock::now();
  REQUIRE_STATUS(tenant.api.request("POST", secrets_path, body), 200);
  BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(2)));
}

BOOST_AUTO_TEST_CASE(the_tool_plane_reads_as_strictly) {
  Client runtime(shared_server().tools_client(), {});
  for (const std::string body :
       {R"({"user_id":"cAnArY-77aa","user_id":"x","tool_name":"t"})", "{\"tool_name\":\"\xff\"}", "{", "[]"}) {
    BOOST_TEST_CONTEXT(body) {
      const Answer answer = runtime.request("POST", "/tool/v1/resolve", body);
      CHECK_STATUS(answer, 422);
      BOOST_TEST(answer.body.find(canary) == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
