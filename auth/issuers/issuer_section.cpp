#include "auth/issuers/issuer_section.hpp"

#include <algorithm>

#include "auth/issuers/issuer_files.hpp"
#include "auth/issuers/issuer_metadata.hpp"

namespace tacit::auth {
namespace {

using Keys = IssuerConfig::Keys;
using Introspection = IssuerConfig::Introspection;

bool introspects(const IssuerConfig& config) { return config.introspection != Introspection::none; }
bool takes_jwts(const IssuerConfig& config) { return config.keys != Keys::none; }
bool fetches_keys(const IssuerConfig& config) { return config.fetches_keys(); }
bool fetches_again(const IssuerConfig& config) {
  return fetches_keys(config) || config.introspection == Introspection::discovery;
}
bool is_asked(const IssuerConfig& config) { return fetches_keys(config) || introspects(config); }
/// An RFC 9068 access token must state its scopes (auth/tokens/jwt_claims.cpp), so default-scopes does not apply.
bool takes_tokens_without_scopes(const IssuerConfig& config) { return config.required_type != "at+jwt"; }
bool client_can_be_user(const IssuerConfig& config) { return !config.client_tokens || config.user_claim == "sub"; }

struct Condition {
  const char* setting;
  bool (*has_effect)(const IssuerConfig& config);
  const char* otherwise;  ///< where it has none
};

constexpr const char* no_introspection = "without introspection";
constexpr const char* no_jwts = "with keys = none, which takes no JWTs";
constexpr const char* no_fetching = "where neither keys nor metadata are fetched periodically";
constexpr const char* no_asking = "where no request is sent to the issuer";

constexpr Condition conditions[] = {
    {"client-tokens", introspects, no_introspection},
    {"introspection-cache", introspects, no_introspection},
    {"introspection-negative-cache", introspects, no_introspection},
    {"algorithms", takes_jwts, no_jwts},
    {"type", takes_jwts, no_jwts},
    {"default-scopes", takes_jwts, no_jwts},
    {"keep-keys", fetches_keys, "where the keys are not fetched"},
    {"refresh-least", fetches_again, no_fetching},
    {"refresh-most", fetches_again, no_fetching},
    {"fetch-timeout", is_asked, no_asking},
    {"ca", is_asked, no_asking},
    {"default-scopes", takes_tokens_without_scopes, "with type = at+jwt, because such tokens name their scopes"},
    {"client-tokens", client_can_be_user, "with a user-claim other than sub"},
};

/// Checks the section, one aspect after the other.
class SectionCheck {
 public:
  explicit SectionCheck(const IssuerSection& section) : section_(section), config_(section.config) {}

  std::vector<IssuerFault> run() {
    const bool one_source = check_sources();
    if (one_source) {
      check_keys();
      check_algorithms();
    }
    check_introspection();
    if (one_source && section_.sound({"introspection"})) check_effects();
    check_audiences();
    if (section_.sound({"headers"}) && !config_.in_authorization && !config_.in_token) {
      fail("allows no header for its tokens");
    }
    if (section_.sound({"refresh-least", "refresh-most"}) && config_.refresh_least > config_.refresh_most) {
      fail("has refresh-least above refresh-most");
    }
    return std::move(faults_);
  }

 private:
  void check_audiences() {
    if (!section_.sound({"audience"})) return;
    if (config_.audiences.empty()) fail("lacks audience: without one, tokens for other services would be accepted");
    for (const std::string& each : config_.tool_audiences) {
      if (std::ranges::find(config_.audiences, each) == config_.audiences.end()) continue;
      faults_.push_back({section_.line_of("tool-audience"),
                         "tool-audience: \"" + each +
                             "\" is in audience, too: a token for the tool plane must not be valid on the API plane"});
    }
  }

  /// Whether the section names exactly one valid source of keys.
  bool check_sources() {
    const auto sources = {"keys", "jwks-url", "jwks-file", "shared-secret-file"};
    if (std::ranges::count_if(sources, [&](const char* name) { return section_.given.contains(name); }) > 1) {
      fail("has more than one of keys, jwks-url, jwks-file and shared-secret-file");
      return false;
    }
    return section_.sound({"keys", "jwks-url", "jwks-file", "shared-secret-file"});
  }

  void check_keys() {
    if (config_.keys == Keys::discovery) {
      const auto urls = metadata_urls(config_.issuer);
      if (!urls) fail(urls.error() + ", so its keys cannot be discovered: set jwks-url or jwks-file");
    }
    if (config_.keys == Keys::none && !introspects(config_) && section_.sound({"introspection"})) {
      fail("has neither keys nor introspection, so none of its tokens could be checked");
    }
  }

  void check_algorithms() {
    if (!section_.sound({"algorithms"}) || config_.keys == Keys::none) return;
    const bool shared = config_.keys == Keys::shared_secret;
    const bool only_hs256 = std::ranges::all_of(
        config_.algorithms, [](crypto::SignatureAlgorithm each) { return each == crypto::SignatureAlgorithm::hs256; });
    if (shared && !only_hs256) fail("has a shared secret, which verifies only HS256");
    if (!shared && config_.allows(crypto::SignatureAlgorithm::hs256)) {
      fail("allows HS256, which needs a shared secret: a verifier of such tokens can also make them");
    }
  }

  void check_introspection() {
    if (!section_.sound({"introspection", "client-id", "client-secret-file"})) return;
    const bool id = !config_.client_id.empty();
    const bool secret = config_.client_secret != nullptr;
    if (introspects(config_) && !(id && secret)) {
      fail("has introspection, which needs client-id and client-secret-file");
    }
    if (!introspects(config_) && (id || secret)) fail("has client credentials but no introspection");
    if (config_.introspection == Introspection::discovery) {
      const auto urls = metadata_urls(config_.issuer);
      if (!urls) fail(urls.error() + ", so its introspection endpoint cannot be discovered: set its URL");
    }
  }

  void check_effects() {
    for (const Condition& condition : conditions) {
      if (!section_.given.contains(condition.setting) || condition.has_effect(config_)) continue;
      faults_.push_back({section_.line_of(condition.setting),
                         std::string(condition.setting) + " has no effect " + condition.otherwise});
    }
  }

  void fail(std::string what) { faults_.push_back({section_.line, std::move(what)}); }

  const IssuerSection& section_;
  const IssuerConfig& config_;
  std::vector<IssuerFault> faults_;
};

}  // namespace

std::size_t IssuerSection::line_of(std::string_view setting) const {
  const auto found = given.find(setting);
  return found == given.end() ? line : found->second;
}

bool IssuerSection::sound(std::initializer_list<std::string_view> settings) const {
  return std::ranges::none_of(settings, [&](std::string_view each) { return faulty.contains(each); });
}

std::vector<IssuerFault> find_section_faults(const IssuerSection& section) { return SectionCheck(section).run(); }

std::vector<IssuerFault> find_section_file_faults(const IssuerSection& section) {
  std::vector<IssuerFault> faults;
  for (FileFault& fault : find_file_faults(section.config)) {
    if (!section.sound({fault.setting})) continue;  // already reported
    faults.push_back({section.line_of(fault.setting), std::move(fault.sentence)});
  }
  return faults;
}

}  // namespace tacit::auth
