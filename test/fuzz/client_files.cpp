// Files with secrets for `tacit client`, and what the client makes of the server's answers.
#include <boost/json/parse.hpp>

#include "crypto/text/utf8.hpp"
#include "server/cli/output.hpp"
#include "server/client/answer_faults.hpp"
#include "server/client/answers.hpp"
#include "server/client/env_file.hpp"
#include "server/client/json_secrets.hpp"
#include "server/config/errors.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

bool is_line(std::string_view text) {
  return crypto::is_utf8(text) &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; });
}

void check_same(const server::ParsedSecrets& again, const std::vector<server::NewSecret>& secrets) {
  TACIT_HOLDS(again && again->size() == secrets.size());
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    const server::NewSecret& a = secrets[i];
    const server::NewSecret& b = (*again)[i];
    TACIT_HOLDS(a.name == b.name && a.value.text() == b.value.text() && a.tool_name == b.tool_name);
    TACIT_HOLDS(a.tool_arg == b.tool_arg && a.is_default_for_tool == b.is_default_for_tool &&
                a.expires_at == b.expires_at);
  }
}

void check_env(std::string_view text) {
  const auto secrets = server::parse_env_file(text);
  if (!secrets) {
    TACIT_HOLDS(!secrets.error().empty());
    return;
  }
  std::string again;
  for (const server::NewSecret& secret : *secrets) {
    TACIT_HOLDS(!secret.value.empty());
    again += "export " + secret.name + " = \"";
    for (const char c : secret.value.text()) {
      if (c == '"' || c == '\\' || c == '$') again.push_back('\\');
      again.push_back(c);
    }
    again += "\" # comment\r\n";
  }
  check_same(server::parse_env_file(again), *secrets);
}

void check_json(std::string_view text) {
  const auto secrets = server::parse_json_secrets(text);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  boost::system::error_code error;
  boost::json::parse_options options;
  options.max_depth = 64;
  const boost::json::value parsed = boost::json::parse(text, error, {}, options);
  if (!secrets) {
    TACIT_HOLDS(is_line(secrets.error()));
    return;
  }
  TACIT_HOLDS(!error);
  if (const auto* const object = parsed.if_object()) {
    TACIT_HOLDS(object->size() == secrets->size());
    for (const server::NewSecret& secret : *secrets)
      TACIT_HOLDS(object->at(secret.name).as_string() == secret.value.text());
    return;
  }
  TACIT_HOLDS(parsed.as_array().size() == secrets->size());
  const crypto::WipedBytes body = server::batch_body(*secrets);
  const std::string_view list = body.text().substr(body.text().find('['));
  check_same(server::parse_json_secrets(list.substr(0, list.size() - 1)), *secrets);
  TACIT_HOLDS(server::fitting_batch(*secrets) <= secrets->size());
}

void check_answer(unsigned status, std::string_view body) {
  const std::vector<std::string> items{"first", "\x1b[31m"};
  TACIT_HOLDS(is_line(server::explain(status, body)) && is_line(server::explain(status, body, items)));
  try {
    const auto list = server::objects_in_list(server::object_in(body));
    for (const auto rows : {server::secret_rows, server::version_rows, server::use_rows, server::api_key_rows}) {
      const std::string shown = server::table(rows(list));
      TACIT_HOLDS(crypto::is_utf8(shown) && shown.find_first_of("\x1b\r\t\x7f") == std::string::npos);
      TACIT_HOLDS(static_cast<std::size_t>(std::ranges::count(shown, '\n')) == list.size() + 1);
    }
  } catch (const server::CommandFailed& failed) {
    TACIT_HOLDS(is_line(failed.what()));
  }
}

Description describe() {
  return {
      .max_size = 1024,
      .seeds = {Seed().byte(0).rest("# all\n\nA=one two \n  export B = 2#3 # four\nC='x\ny'\nD=\"\\n\\\"\\$\" # z\r\n"),
                Seed().byte(1).rest(R"({"A":"1","B":"\u00e9"})"),
                Seed().byte(1).rest(R"([{"secret_name":"a","secret_value":"b","tool_name":"t","tool_arg":"x",)"
                                    R"("is_default_for_tool":true,"expires_at":"2099-01-01T00:00:00Z"},)"
                                    R"({"secret_name":"c","secret_value":"d","tool_name":null}])"),
                Seed().byte(2).byte(2).rest(
                    R"({"detail":[{"loc":["body","secrets",1,"secret_name"],"msg":"is too long"}]})"),
                Seed().byte(2).byte(3).rest(R"({"detail":{"msg":"full","limit":1,"used":2}})"),
                Seed().byte(2).byte(0).rest(R"({"data":[{"secret_id":"1","display":"a","tool_name":null,)"
                                            R"("is_default_for_tool":true,"version":2,"scopes":["a"],)"
                                            R"("updated_at":"2026-01-31T12:00:00.000Z"}]})")},
      .words = {"\"secret_name\":",
                "\"secret_value\":",
                "\"tool_name\":",
                "\"tool_arg\":",
                "\"is_default_for_tool\":true",
                "\"expires_at\":",
                "export ",
                "\\\\",
                "\\$",
                "# ",
                "'",
                "=\"",
                "\"detail\":",
                "\"loc\":[",
                "\"msg\":",
                "\"data\":[",
                "\"scopes\":[",
                "null",
                "\\u001b",
                "\xEF\xBB\xBF",
                "NaN",
                "Infinity"}};
}

void take(std::string_view input) {
  constexpr unsigned statuses[] = {200, 401, 422, 507, 599};
  Input in(input);
  const unsigned kind = in.byte() % 3U;
  if (kind == 0) return check_env(in.rest());
  if (kind == 1) return check_json(in.rest());
  const unsigned status = statuses[in.byte() % 5U];
  check_answer(status, in.rest());
}

const Target target("client_files", describe, take);

}  // namespace
}  // namespace tacit::fuzz
