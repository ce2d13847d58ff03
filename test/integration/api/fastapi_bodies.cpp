// The program answers each body as the published API, a FastAPI application, does. fastapi_bodies.json is a table of
// bodies and of that application's answers (fastapi_bodies.py made it, and names the versions). Where the program
// answers differently, the table has its answer too, and the reason.
#include <charconv>

#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    int byte = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

/// Joins pieces: a text, a text with a repeat count, or bytes.
std::string body_of(const json::value& pieces) {
  std::string body;
  for (const json::value& piece : pieces.as_array()) {
    if (const json::object* bytes = piece.if_object()) {
      body += from_hex(std::string(bytes->at("hex").as_string()));
    } else if (const json::array* repeated = piece.if_array()) {
      const std::string unit(repeated->at(0).as_string());
      for (auto times = repeated->at(1).to_number<std::size_t>(); times > 0; --times) body += unit;
    } else {
      body += std::string(piece.as_string());
    }
  }
  return body;
}

/// `type loc msg` of each fault; without the offset where the table does not fix it.
std::vector<std::string> lines(const json::array& faults, bool places) {
  std::vector<std::string> result;
  for (const json::value& fault : faults) {
    const bool of_table = fault.is_array();
    const json::value& type = of_table ? fault.at(0) : fault.at("type");
    json::array loc = (of_table ? fault.at(1) : fault.at("loc")).as_array();
    if (!places) loc.pop_back();
    const json::value& words = of_table ? fault.at(2) : fault.at("msg");
    result.push_back(json::serialize(type) + json::serialize(loc) + json::serialize(words));
  }
  return result;
}

void check_faults(const json::array& expected, const Answer& answer) {
  const bool places = json::serialize(expected).find("null") == std::string::npos;
  const json::value detail = answer.at("detail");
  BOOST_TEST(lines(detail.as_array(), places) == lines(expected, places), boost::test_tools::per_element());
  for (const json::value& fault : detail.as_array()) BOOST_TEST(!fault.as_object().contains("input"));
}

/// The stored secret has what FastAPI read from the body: name, tool, argument, whether a default. Null: not given.
void check_read(const json::array& read, const json::object& stored) {
  const std::array<std::string, 4> names{"secret_name", "tool_name", "tool_arg", "is_default_for_tool"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (read.at(i).is_null()) continue;
    BOOST_TEST(json::serialize(stored.at(names[i])) == json::serialize(read.at(i)));
  }
}

class Asker {
 public:
  Answer ask(const json::value& row) {
    Headers headers = {{"x-api-key", tenant_.key}};
    if (row.at("type").is_string()) headers.emplace_back("Content-Type", std::string(row.at("type").as_string()));
    const std::string method(row.at("method").as_string());
    const std::string target = method == "PATCH" ? a_secret() : secrets_path;
    if (!connection_ || connection_->is_stale()) connection_.emplace(shared_server().api_client());
    return connection_->request(method, target, headers, body_of(row.at("body")));
  }
  /// Deletes the secret, so that no row depends on an earlier one.
  void forget(const Answer& answer) {
    if (answer.status == 200) REQUIRE_STATUS(tenant_.api.del(secrets_path + answer.text("secret_id")), 200);
  }

 private:
  std::string a_secret() {
    const Answer list = tenant_.api.get(secrets_path);
    const json::array all = list.at("data").as_array();
    if (!all.empty()) return secrets_path + std::string(all[0].at("secret_id").as_string());
    const json::object made = tenant_.create({{"secret_name", "to change"}, {"secret_value", "12345678"}});
    return secrets_path + std::string(made.at("secret_id").as_string());
  }

  Tenant tenant_ = new_tenant();
  std::optional<HttpsClient> connection_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fastapi_bodies)

BOOST_AUTO_TEST_CASE(every_body_is_answered_as_the_published_api_does) {
  const json::value table = json::parse(read_file(TACIT_SOURCE_DIR "/test/integration/api/fastapi_bodies.json"));
  const json::array& rows = table.at("cases").as_array();
  BOOST_TEST(rows.size() > 700U);
  Asker asker;
  for (const json::value& row : rows) {
    BOOST_TEST_CONTEXT(row.at("method").as_string() << " " << row.at("name").as_string()) {
      const json::object& published = row.at("fastapi").as_object();
      const json::value* ours = row.as_object().if_contains("ours");
      const json::object& expected = ours != nullptr ? ours->as_object() : published;
      const Answer answer = asker.ask(row);
      CHECK_STATUS(answer, expected.at("status").to_number<int>());
      if (answer.status == 422 && expected.contains("faults")) {
        check_faults(expected.at("faults").as_array(), answer);
      }
      if (answer.status == 200 && ours == nullptr && published.contains("read")) {
        check_read(published.at("read").as_array(), answer.json().as_object());
      }
      asker.forget(answer);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
