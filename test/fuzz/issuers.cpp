// The files of trusted issuers and of tool runtimes: faults have their line; what is written is granted.
#include "auth/identity_name.hpp"
#include "auth/issuers/load_issuers.hpp"
#include "auth/tool_identities.hpp"
#include "crypto/text/utf8.hpp"
#include "store/model/tool_pattern.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

using auth::ToolIdentities;

void check_issuer(const auth::IssuerConfig& issuer) {
  TACIT_HOLDS(!issuer.issuer.empty() && !issuer.audiences.empty() && !issuer.user_claim.empty());
  TACIT_HOLDS(issuer.keys == auth::IssuerConfig::Keys::none || !issuer.algorithms.empty());
  TACIT_HOLDS(issuer.refresh_least <= issuer.refresh_most && issuer.leeway.count() >= 0);
  for (const std::string& audience : issuer.tool_audiences) {
    TACIT_HOLDS(std::ranges::find(issuer.audiences, audience) == issuer.audiences.end());
  }
  const bool hmac = issuer.allows(crypto::SignatureAlgorithm::hs256);
  TACIT_HOLDS(!hmac || issuer.keys == auth::IssuerConfig::Keys::shared_secret);
}

void check_issuers(std::string_view text) {
  const auto issuers = auth::parse_issuers(text, "file");
  if (!issuers) {
    TACIT_HOLDS(!issuers.error().faults.empty());
    for (const std::string& fault : issuers.error().faults)
      TACIT_HOLDS(fault.starts_with("file") && fault.find('\n') == std::string::npos);
    return;
  }
  for (const auth::IssuerConfig& issuer : *issuers) check_issuer(issuer);
  const auto again = auth::parse_issuers("# comment\n\n" + std::string(text) + "\n # comment", "file");
  TACIT_HOLDS(again && std::ranges::equal(*again, *issuers));
}

void check_identities(std::string_view text) {
  const auto identities = ToolIdentities::parse(text, "file");
  if (!identities) {
    TACIT_HOLDS(identities.error().message.starts_with("file:"));
    return;
  }
  TACIT_HOLDS(identities->size() >= 1 && identities->size() <= text.size());
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto again = ToolIdentities::parse("# comment\n\n" + std::string(text) + "\n # comment", "file");
  TACIT_HOLDS(again && *again == *identities);
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

/// A file with one identity and its patterns, all quoted.
void check_grants(Input& in) {
  constexpr std::string_view kinds[] = {"uri:", "dns:", "cn:"};
  const std::string_view kind = kinds[in.byte() % 3U];
  const std::string identity = std::string(kind) + std::string(in.text());
  std::vector<std::string_view> patterns;
  while (!in.empty()) patterns.push_back(in.text());
  std::string line = std::string(kind) + in_quotes(identity.substr(kind.size()));
  for (const std::string_view pattern : patterns) line += " " + in_quotes(pattern);
  const auto parsed = ToolIdentities::parse(line, "file");
  if (!parsed) return;
  TACIT_HOLDS(parsed->size() == 1 && parsed->knows(identity) && auth::is_identity_name(identity));
  TACIT_HOLDS(parsed->label_of(identity) == "runtime");
  for (const std::string_view name : patterns) {
    const bool granted =
        std::ranges::any_of(patterns, [name](std::string_view pattern) { return store::tool_matches(pattern, name); });
    TACIT_HOLDS(parsed->may_use(identity, name) == granted);
    TACIT_HOLDS(!parsed->may_use(identity + "x", name));
  }
}

Description describe() {
  const std::string issuer =
      "[https://id.example.org]\naudience = https://tacit.example.org\ntool-audience = tools\nalgorithms = ES256 "
      "EdDSA\nscope-map = a=secrets:read b=keys:manage\nleeway = 30\n";
  const std::string second =
      "\n[https://other.example.org] # second\naudience=tacit\nuuid-users = off\nkeys = none\nintrospection = "
      "https://other.example.org/i\nclient-id = tacit\n";
  return {.max_size = 2048,
          .seeds = {Seed().byte(0).rest(issuer), Seed().byte(0).rest(issuer + "uuid-users = on\n" + second),
                    Seed().byte(1).rest(
                        "uri:spiffe://example.org/r agno__* b # c\ncn:\"My Runtime\" label=mine \"Web Search\"\n"),
                    Seed().byte(1).rest("\xEF\xBB\xBF"
                                        "dns:a.example.org\t*\r\n"),
                    Seed().byte(2).byte(2).text("My \"Runtime\"").text("a*b").text("aXb").text("c")},
          .words = {"[https://",
                    "]\n",
                    "audience = ",
                    "tool-audience = ",
                    "keys = discovery",
                    "jwks-url = https://",
                    "jwks-file = /",
                    "algorithms = ",
                    "RS256",
                    "headers = token",
                    "type = at+jwt",
                    "leeway = ",
                    "user-claim = ",
                    "uuid-users = off",
                    "scope-claim = a.b",
                    "scope-map = ",
                    "default-scopes = secrets:write",
                    "introspection = discovery",
                    "client-id = ",
                    "client-tokens = on",
                    "refresh-least = ",
                    "keep-keys = ",
                    "fetch-timeout = ",
                    "uri:",
                    "dns:",
                    "cn:",
                    "cn:\"",
                    "label=",
                    "\\\"",
                    "# ",
                    "*"}};
}

void take(std::string_view input) {
  Input in(input);
  const unsigned kind = in.byte() % 3U;
  if (kind == 0) return check_issuers(in.rest());
  if (kind == 1) return check_identities(in.rest());
  check_grants(in);
}

const Target target("issuers", describe, take);

}  // namespace
}  // namespace tacit::fuzz
