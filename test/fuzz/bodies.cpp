// Bodies of requests about secrets and API keys: a fault, or fields within their limits that a client's body repeats.
#include "crypto/text/utf8.hpp"
#include "http/api/api_key_bodies.hpp"
#include "http/api/request_bodies.hpp"
#include "http/api/tool_bodies.hpp"
#include "http/json/limits.hpp"
#include "server/client/new_secret.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

namespace limits = http::limits;

constexpr std::int64_t now = 1'800'000'000'000'000;
constexpr http::SecretRules rules{.value_limit = limits::secret_value.max, .now = now};

void check(const http::Faults& faults) {
  crypto::WipedBytes out;
  http::write_faults(out, faults);
  TACIT_HOLDS(!faults.empty() && crypto::is_utf8(out.text()));
}

void within(std::string_view text, const limits::Length& length) {
  const std::size_t size = crypto::count_code_points(text);
  TACIT_HOLDS(crypto::is_utf8(text) && size >= length.min && size <= length.max);
}

void check_secret(const store::NewSecret& secret) {
  within(secret.name, limits::secret_name);
  within(secret.value.text(), limits::secret_value);
  if (secret.tool_name) within(*secret.tool_name, limits::tool_name);
  if (secret.tool_arg) within(*secret.tool_arg, limits::tool_arg);
  TACIT_HOLDS(!secret.is_default_for_tool || (secret.tool_name && secret.tool_arg));
  TACIT_HOLDS(!secret.expires_at || *secret.expires_at > now);
  // What the client's commands would send for it.
  server::NewSecret sent{.name = secret.name, .value = crypto::WipedBytes(secret.value.view())};
  sent.tool_name = secret.tool_name;
  sent.tool_arg = secret.tool_arg;
  sent.is_default_for_tool = secret.is_default_for_tool;
  const auto again = http::parse_new_secret(server::body_of(sent).text(), rules);
  TACIT_HOLDS(again && again->name == secret.name && again->value.text() == secret.value.text());
  TACIT_HOLDS(again->tool_name == secret.tool_name && again->tool_arg == secret.tool_arg);
}

/// Fails, or gives what `then` checks.
template <class T, class Then>
void judge(const http::Parsed<T>& parsed, Then then) {
  if (!parsed) return check(parsed.error());
  then(*parsed);
}

void check_tool(const http::ToolRequest& request) {
  within(request.tool_name, limits::tool_name);
  TACIT_HOLDS(request.secrets.size() <= limits::resolve_items && request.provided_args.size() <= limits::resolve_items);
  for (const auto& [argument, name] : request.secrets) {
    within(name, limits::secret_name);
    TACIT_HOLDS(std::ranges::find(request.provided_args, argument) == request.provided_args.end());
  }
}

Description describe() {
  const std::string secret = R"({"secret_name":"github","secret_value":"ghp_0123456789",)"
                             R"("tool_name":"agno__github__*","tool_arg":"token","is_default_for_tool":true,)"
                             R"("expires_at":"2099-01-01T00:00:00Z"})";
  const std::string id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
  const std::string tool =
      R"("tool_name":"agno__github__x","provided_args":["a"],"secrets":{"b":"github"},"wanted_args":["c"])";
  const auto body = [](std::uint8_t kind, const std::string& text) { return Seed().byte(kind).rest(text); };
  return {.max_size = 4096,
          .seeds = {body(0, secret), body(1, "{\"secrets\":[" + secret + "," + secret + "]}"),
                    body(2, R"({"tool_name":null,"secret_value":"abcd","discard_previous":true})"),
                    body(3, R"({"version":3})"), body(4, "{\"user_id\":\"" + id + "\"," + tool + "}"),
                    body(5, "{\"user_id\":\"" + id + "\",\"tools\":[{" + tool + "}]}"),
                    body(6, "{\"user_id\":\"" + id + R"(","tool_name":"x","secret_id":")" + id +
                                R"(","outcome":"rejected_upstream"})"),
                    body(7, R"({"name":"ci","scopes":["secrets:read"],"expires_at":"2099-01-01T00:00:00+01:00"})"),
                    body(8, R"({"scopes":null,"expires_at":null})")},
          .words = {"\"secret_name\":",
                    "\"secret_value\":",
                    "\"tool_name\":",
                    "\"tool_arg\":",
                    "\"is_default_for_tool\":",
                    "\"expires_at\":",
                    "\"discard_previous\":",
                    "null",
                    "\"yes\"",
                    "0.0",
                    "\"secrets\":",
                    "\"tools\":",
                    "\"user_id\":",
                    "\"provided_args\":",
                    "\"wanted_args\":",
                    "\"tell_missing\":true",
                    "\"scopes\":",
                    "\"api_keys:manage\"",
                    "{",
                    "}",
                    "[",
                    "]",
                    ",",
                    "\\u00e9"}};
}

void take(std::string_view input) {
  Input in(input);
  const unsigned kind = in.byte() % 9U;
  const std::string_view body = in.rest();
  const auto nothing = [](const auto&) {};
  if (kind == 0) judge(http::parse_new_secret(body, rules), check_secret);
  if (kind == 1) {
    judge(http::parse_batch(body, rules), [](const auto& secrets) {
      TACIT_HOLDS(!secrets.empty() && secrets.size() <= limits::batch_items);
      for (const store::NewSecret& secret : secrets) check_secret(secret);
    });
  }
  if (kind == 2) judge(http::parse_secret_update(body, rules), nothing);
  if (kind == 3) judge(http::parse_rollback(body), nothing);
  if (kind == 4) judge(http::parse_resolve(body), check_tool);
  if (kind == 5) {
    judge(http::parse_resolve_many(body), [](const http::ToolRequests& requests) {
      TACIT_HOLDS(!requests.tools.empty());
      for (const http::ToolRequest& tool : requests.tools) check_tool(tool);
    });
  }
  if (kind == 6) judge(http::parse_report(body), nothing);
  if (kind == 7)
    judge(http::parse_new_api_key(body, now),
          [](const http::NewApiKey& key) { within(key.name, limits::api_key_name); });
  if (kind == 8) judge(http::parse_api_key_update(body, now), nothing);
}

const Target target("bodies", describe, take);

}  // namespace
}  // namespace tacit::fuzz
