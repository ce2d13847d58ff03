// A 422 has pydantic v2's types, messages and locations, reports all faults of a body at once, and does not echo the
// request.
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

const std::string canary = "cAnArY-4f1d";

// A fault as `type|loc.loc|msg`, for comparisons and messages.
std::string summary(const json::value& fault) {
  std::string loc;
  const json::array steps = fault.at("loc").as_array();
  for (const json::value& step : steps) {
    loc += loc.empty() ? "" : ".";
    loc += step.is_string() ? std::string(step.get_string()) : json::serialize(step);
  }
  const json::object& members = fault.as_object();
  BOOST_TEST(members.size() == (members.contains("ctx") ? 4U : 3U));  // no member `input`
  return std::string(fault.at("type").as_string()) + "|" + loc + "|" + std::string(fault.at("msg").as_string());
}

std::vector<std::string> faults(const Answer& answer) {
  REQUIRE_STATUS(answer, 422);
  BOOST_TEST(answer.body.find(canary) == std::string::npos);
  std::vector<std::string> result;
  const json::array detail = answer.at("detail").as_array();
  for (const json::value& fault : detail) result.push_back(summary(fault));
  return result;
}

// One tenant is enough, because no request here stores anything.
Client& api() {
  static Tenant tenant = new_tenant();
  return tenant.api;
}

std::vector<std::string> creating(const json::value& body) { return faults(api().post(secrets_path, body)); }

using Faults = std::vector<std::string>;
const auto per_element = boost::test_tools::per_element();

json::value with(const std::string& field, const json::value& value) {
  json::object body = {{"secret_name", "name"}, {"secret_value", "value"}};
  body[field] = value;
  return body;
}

json::value text(std::string_view unit, int times) {
  json::string result;
  for (int i = 0; i < times; ++i) result += unit;
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(validation)

BOOST_AUTO_TEST_CASE(required_fields) {
  BOOST_TEST(creating(json::object{}) ==
                 (Faults{"missing|body.secret_name|Field required", "missing|body.secret_value|Field required"}),
             per_element);
  BOOST_TEST(creating({{"secret_name", canary}}) == (Faults{"missing|body.secret_value|Field required"}), per_element);
}

BOOST_AUTO_TEST_CASE(types_of_each_field) {
  for (const std::string field : {"secret_name", "secret_value", "tool_name", "tool_arg"}) {
    for (const json::value& value :
         std::vector<json::value>{1, 1.5, true, json::array{canary}, json::object{{canary, canary}}}) {
      BOOST_TEST_CONTEXT(field << " = " << json::serialize(value)) {
        BOOST_TEST(
            creating(with(field, value)) == (Faults{"string_type|body." + field + "|Input should be a valid string"}),
            per_element);
      }
    }
  }
  for (const std::string field : {"secret_name", "secret_value"}) {
    BOOST_TEST(
        creating(with(field, nullptr)) == (Faults{"string_type|body." + field + "|Input should be a valid string"}),
        per_element);
  }
}

BOOST_AUTO_TEST_CASE(lengths_count_code_points) {
  const std::string too_long = "|String should have at most 1024 characters";
  for (const std::string field : {"secret_name", "secret_value", "tool_name", "tool_arg"}) {
    const bool is_value = field == "secret_value";
    BOOST_TEST_CONTEXT(field) {
      BOOST_TEST(creating(with(field, is_value ? "äöü" : "")) ==
                     (Faults{"string_too_short|body." + field + "|String should have at least " +
                             (is_value ? "4 characters" : "1 character")}),
                 per_element);
      BOOST_TEST(creating(with(field, text("🔑", 1025))) == (Faults{"string_too_long|body." + field + too_long}),
                 per_element);
      BOOST_TEST(creating(with(field, text(canary, 1000))) == (Faults{"string_too_long|body." + field + too_long}),
                 per_element);
    }
  }
  Tenant tenant = new_tenant();
  const json::object longest = tenant.create({{"secret_name", text("🔑", 1024)},
                                              {"secret_value", text("é", 1024)},
                                              {"tool_name", text("z", 1024)},
                                              {"tool_arg", text("🔑", 1024)},
                                              {"is_default_for_tool", true}});
  BOOST_TEST(longest.at("secret_name").as_string().size() == 4096U);
  BOOST_TEST(
      (tenant.api.get(secrets_path + std::string(longest.at("secret_id").as_string())).json() == json::value(longest)));
  tenant.create({{"secret_name", "🔑"}, {"secret_value", "🔑🔑🔑🔑"}});
}

BOOST_AUTO_TEST_CASE(booleans_are_read_as_pydantic_reads_them) {
  Tenant tenant = new_tenant();
  int number = 0;
  const auto made_default = [&](const json::value& flag) {
    json::object body = {{"secret_name", "n" + std::to_string(number)}, {"secret_value", "1234"}, {"tool_name", "t"}};
    body["tool_arg"] = "a" + std::to_string(number++);
    body["is_default_for_tool"] = flag;
    return tenant.create(body).at("is_default_for_tool").as_bool();
  };
  for (const json::value& flag :
       std::vector<json::value>{true, 1, 1.0, "1", "on", "t", "true", "y", "yes", "TRUE", "Yes"}) {
    BOOST_TEST_CONTEXT(json::serialize(flag)) { BOOST_TEST(made_default(flag)); }
  }
  for (const json::value& flag :
       std::vector<json::value>{false, 0, 0.0, "0", "off", "f", "false", "n", "no", "OFF", nullptr}) {
    BOOST_TEST_CONTEXT(json::serialize(flag)) { BOOST_TEST(!made_default(flag)); }
  }
  const Faults unreadable = {
      "bool_parsing|body.is_default_for_tool|Input should be a valid boolean, unable to interpret input"};
  for (const json::value& flag : std::vector<json::value>{2, -1, "", " true", "truee", "ja", json::value(canary)}) {
    BOOST_TEST_CONTEXT(json::serialize(flag)) {
      BOOST_TEST(creating(with("is_default_for_tool", flag)) == unreadable, per_element);
    }
  }
  const Faults wrong = {"bool_type|body.is_default_for_tool|Input should be a valid boolean"};
  for (const json::value& flag : std::vector<json::value>{json::array{}, json::object{{canary, 1}}, 0.5}) {
    BOOST_TEST_CONTEXT(json::serialize(flag)) {
      BOOST_TEST(creating(with("is_default_for_tool", flag)) == wrong, per_element);
    }
  }
}

BOOST_AUTO_TEST_CASE(all_faults_come_at_once_in_the_order_of_the_fields) {
  BOOST_TEST(
      creating({{"is_default_for_tool", canary},
                {"tool_arg", ""},
                {"tool_name", json::array{canary}},
                {"secret_value", "abc"},
                {"secret_name", 5}}) ==
          (Faults{"string_type|body.secret_name|Input should be a valid string",
                  "string_too_short|body.secret_value|String should have at least 4 characters",
                  "string_type|body.tool_name|Input should be a valid string",
                  "string_too_short|body.tool_arg|String should have at least 1 character",
                  "bool_parsing|body.is_default_for_tool|Input should be a valid boolean, unable to interpret input"}),
      per_element);
}

BOOST_AUTO_TEST_CASE(a_body_other_than_an_object_is_refused) {
  Faults all;
  for (const std::string field : {"secret_name", "secret_value", "tool_name", "tool_arg", "is_default_for_tool"}) {
    all.push_back("missing|body." + field + "|Field required");
  }
  for (const std::string body : {R"(["cAnArY-4f1d"])", R"("cAnArY-4f1d")", "17", "true", "null"}) {
    BOOST_TEST_CONTEXT(body) {
      BOOST_TEST(faults(api().request("POST", secrets_path, body)) == all, per_element);
      BOOST_TEST(faults(api().request("PATCH", secrets_path + new_uuid(), body)) == all, per_element);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_missing_body_is_refused) {
  const Faults required = {"missing|body.secret_name|Field required", "missing|body.secret_value|Field required"};
  const Faults of_keys = {"missing|body.name|Field required", "missing|body.scopes|Field required"};
  Tenant tenant = new_tenant();
  const json::object made = tenant.create({{"secret_name", "n"}, {"secret_value", "12345678"}});
  const std::string one = secrets_path + std::string(made.at("secret_id").as_string());
  const std::string manager = shared_deployment().create_api_key(tenant.id, {"--scope", "keys:manage"});
  const Answer key =
      Client(shared_server(), manager).post("/api/v1/api-keys/", {{"name", "k"}, {"scopes", {"keys:manage"}}});
  REQUIRE_STATUS(key, 200);
  const std::string one_api_key = "/api/v1/api-keys/" + key.text("key_id");
  HttpsClient connection(shared_server().api_client());
  for (const std::string type : {"", "Content-Type: application/json\r\n", "Content-Type: text/plain\r\n",
                                 "Content-Type: application/x-www-form-urlencoded\r\n"}) {
    for (const std::string length : {"", "Content-Length: 0\r\n"}) {
      const auto ask = [&](const std::string& method, const std::string& target) {
        const bool of_api_key = target.starts_with("/api/v1/api-keys/");
        connection.send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nx-api-key: " +
                        (of_api_key ? manager : tenant.key) + "\r\n" + type + length + "\r\n");
        return connection.read_answer();
      };
      BOOST_TEST_CONTEXT(type << length) {
        BOOST_TEST(faults(ask("POST", secrets_path)) == required, per_element);
        const Answer patched = ask("PATCH", one);
        REQUIRE_STATUS(patched, 200);
        BOOST_TEST((patched.json() == json::value(made)));  // updated_at, too
        BOOST_TEST(faults(ask("POST", "/api/v1/api-keys/")) == of_keys, per_element);
        CHECK_STATUS(ask("PATCH", one_api_key), 200);
        CHECK_STATUS(ask("PATCH", secrets_path + new_uuid()), 404);
        BOOST_TEST(faults(ask("PATCH", secrets_path + "x")).size() == 1U);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_too_long_text_is_refused_with_its_length) {
  for (const std::string field : {"secret_value", "secret_name"}) {
    const Answer answer = api().post(secrets_path, with(field, text("🔑", 1704)));
    REQUIRE_STATUS(answer, 422);
    const json::value expected = {{"max_length", 1024}, {"actual_length", 1704}};
    BOOST_TEST((answer.at("detail").at(0).at("ctx") == expected));
  }
}

BOOST_AUTO_TEST_CASE(compressed_bodies_and_other_encodings_than_utf8_are_refused) {
  using namespace std::string_literals;
  Tenant tenant = new_tenant();
  const std::string body = R"({"secret_name":"n","secret_value":"12345678"})";
  const auto told = [&](const std::string& what, const std::string& sent, const Headers& headers) {
    const Answer answer = tenant.api.request("POST", secrets_path, sent, headers);
    REQUIRE_STATUS(answer, 415);
    BOOST_TEST(answer.text("detail").find(what) != std::string::npos, answer.body);
    BOOST_TEST(answer.body.find(canary) == std::string::npos);
    return answer;
  };
  for (const std::string coding : {"gzip", "deflate", "br", "zstd", "identity, gzip", canary.c_str()}) {
    const Answer answer = told("Content-Encoding", body, {{"Content-Encoding", coding}});
    BOOST_TEST(answer.header("Accept-Encoding") == "identity");
  }
  told("compressed", "\x1f\x8b\x08\0\0\0\0\0"s, {});
  told("UTF-16", "{\0}\0"s, {});
  for (const std::string coding : {"identity", "Identity", ""}) {
    const Headers headers = {{"Content-Encoding", coding}};
    CHECK_STATUS(tenant.api.request("PATCH", secrets_path + new_uuid(), body, headers), 404);
  }
}

BOOST_AUTO_TEST_CASE(a_path_without_a_uuid_is_refused) {
  for (const std::string id : {"x", "123", canary.c_str(), "0189-0000", "01890000-0000-7000-8000-00000000000g"}) {
    for (const std::string method : {"GET", "PATCH", "DELETE"}) {
      BOOST_TEST_CONTEXT(method << " " << id) {
        const std::vector<std::string> found =
            faults(api().request(method, secrets_path + id, method == "PATCH" ? "{}" : ""));
        BOOST_REQUIRE(found.size() == 1U);
        BOOST_TEST(found[0].starts_with("uuid_parsing|path.secret_id|Input should be a valid UUID"));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_path_and_a_body_that_are_both_wrong_are_reported_together) {
  const std::vector<std::string> found = faults(api().patch(secrets_path + "x", {{"secret_name", ""}}));
  BOOST_REQUIRE(found.size() == 2U);
  BOOST_TEST(found[0].starts_with("uuid_parsing|path.secret_id|"));
  BOOST_TEST(found[1] == "string_too_short|body.secret_name|String should have at least 1 character");
}

BOOST_AUTO_TEST_CASE(only_json_is_accepted) {
  const std::string body = R"({"secret_name":"n","secret_value":"12345678"})";
  Tenant tenant = new_tenant();
  const auto send = [&](const Headers& headers) {
    Headers all = {{"x-api-key", tenant.key}};
    all.insert(all.end(), headers.begin(), headers.end());
    HttpsClient connection(shared_server().api_client());
    return connection.request("POST", secrets_path, all, body).status;
  };
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                           "application/xml", "application/jsonp", "application/json/x", "json"}) {
    BOOST_TEST_CONTEXT(type) { BOOST_TEST(send({{"Content-Type", type}}) == 415); }
  }
  BOOST_TEST(tenant.api.get(secrets_path).at("data").as_array().empty());
  BOOST_TEST(send({{"Content-Type", "Application/JSON; charset=utf-8"}}) == 200);
  BOOST_TEST(send({}) ==
             409);  // without a type, a body is read as JSON, as in the published API: the name is taken now
}

BOOST_AUTO_TEST_SUITE_END()
