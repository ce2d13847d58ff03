#include "test/integration/tokens/trusting_deployment.hpp"

#include <openssl/evp.h>

#include <regex>
#include <stdexcept>

namespace tacit::test {
namespace {

std::string unhex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::string without_dashes(std::string uuid) {
  std::erase(uuid, '-');
  return uuid;
}

// RFC 4122 section 4.3, by code that is not shared with the server.
std::string uuid_v5(const std::string& name_space, const std::string& name) {
  const std::string hashed = unhex(without_dashes(name_space)) + name;
  unsigned char digest[EVP_MAX_MD_SIZE];
  if (EVP_Digest(hashed.data(), hashed.size(), digest, nullptr, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("SHA-1");
  }
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0f) | 0x50);
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3f) | 0x80);
  std::string text;
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back("0123456789abcdef"[digest[i] >> 4]);
    text.push_back("0123456789abcdef"[digest[i] & 15]);
  }
  return text;
}

bool is_uuid(const std::string& text) {
  static const std::regex form("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  return std::regex_match(text, form);
}

}  // namespace

TrustingDeployment::TrustingDeployment(const Settings& issuer) {
  const auto secret = deployment.folder() / "client-secret";
  write_file(secret, IdentityProvider::introspector_secret + "\n");
  using std::filesystem::perms;
  std::filesystem::permissions(secret, perms::owner_read);
  configure_issuer(issuer);
  // All tokens come from one address here, many of them invalid.
  deployment.configure({{"issuers", (deployment.folder() / "issuers").string()},
                        {"public-url", public_url},
                        {"request-rate", "0"},
                        {"failed-auth-rate", "0"}});
}

void TrustingDeployment::configure_issuer(const Settings& issuer) {
  std::string audiences = IdentityProvider::jwt + " " + IdentityProvider::opaque + " " + IdentityProvider::brief_jwt +
                          " " + IdentityProvider::brief_opaque;
  for (const std::string& algorithm : IdentityProvider::algorithms()) {
    audiences += " " + IdentityProvider::jwt_by(algorithm);
  }
  Settings section = {
      {"audience", audiences},
      {"ca", provider.authority().string()},
      {"headers", "authorization token"},
      {"introspection", "discovery"},
      {"client-id", IdentityProvider::introspector},
      {"client-secret-file", (deployment.folder() / "client-secret").string()},
      {"introspection-cache", "1"},
      {"client-tokens", "on"},
      {"uuid-users", "on"},  // some tests add an issuer
  };
  for (const auto& [name, value] : issuer) section[name] = value;
  std::string text = "[" + provider.issuer() + "]\n";
  for (const auto& [name, value] : section) {
    if (!value.empty()) text += name + " = " + value + "\n";
  }
  write_file(deployment.folder() / "issuers", text);
}

std::string TrustingDeployment::tenant_of(const std::string& subject) const {
  if (is_uuid(subject)) return subject;
  const std::string namespace_url = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";
  return uuid_v5(uuid_v5(namespace_url, provider.issuer()), subject);
}

SharedTrust::SharedTrust() {
  trusting.provider.start();
  server = std::make_unique<Server>(trusting.deployment);
}

SharedTrust& shared_trust() {
  static SharedTrust made;
  return made;
}

Client bearer(const Server& server, const std::string& token) {
  return {server.api_client(), {{"Authorization", "Bearer " + token}}};
}

int status_with(const Server& server, const std::string& token) {
  return bearer(server, token).get(secrets_path).status;
}

std::map<std::string, std::string> challenge_of(const Answer& answer) {
  const std::string line = answer.header("WWW-Authenticate");
  static const std::regex whole(R"re(Bearer [a-z_]+="[^"\\]*"(, [a-z_]+="[^"\\]*")*)re");
  if (answer.count("WWW-Authenticate") != 1 || !std::regex_match(line, whole)) {
    throw std::runtime_error("not one challenge: " + line);
  }
  static const std::regex parameter(R"re(([a-z_]+)="([^"\\]*)")re");
  std::map<std::string, std::string> found;
  for (std::sregex_iterator at(line.begin(), line.end(), parameter), end; at != end; ++at) {
    if (!found.emplace((*at)[1], (*at)[2]).second) throw std::runtime_error("twice in a challenge: " + line);
  }
  return found;
}

}  // namespace tacit::test
