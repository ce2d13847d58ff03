#include "server/config_check.hpp"

#include <sys/stat.h>

#include <boost/asio/ip/address.hpp>

#include <cerrno>
#include <cstring>
#include <optional>

#include "auth/issuer_config.hpp"
#include "auth/tool_identities.hpp"
#include "crypto/keyring.hpp"
#include "http/tls_context.hpp"
#include "server/errors.hpp"
#include "server/identity.hpp"
#include "server/listeners.hpp"
#include "server/open_store.hpp"

namespace tacit::server {
namespace {

using Path = std::filesystem::path;

struct Listening {
  const char* setting;
  Endpoint where;
};

std::vector<Listening> all_listening(const Config& config) {
  std::vector<Listening> all;
  if (runs_api(config.plane)) all.push_back({"api-listen", config.api_listen});
  if (runs_tools(config.plane)) all.push_back({"tool-listen", config.tool_listen});
  if (config.admin_listen) all.push_back({"admin-listen", *config.admin_listen});
  return all;
}

// Whether one listener would take the other's connections: the same port of the same address, or of all addresses.
bool overlap(const Endpoint& a, const Endpoint& b) {
  if (a.port != b.port || a.port == 0) return false;
  const auto all = [](const Endpoint& endpoint) {
    return boost::asio::ip::make_address(endpoint.host).is_unspecified();
  };
  return a.host == b.host || all(a) || all(b);
}

// Gathers problems, one look at the configuration after another.
class Check {
 public:
  explicit Check(const Config& config) : config_(config) {}

  void listeners();
  void keyrings();
  void issuers();
  std::vector<std::string> take() { return std::move(problems_); }

 private:
  void problem(std::string sentence) { problems_.push_back(std::move(sentence)); }
  bool configured(const char* name, const Path& file);
  void api_listener();
  void tool_listener();
  void tls(const http::TlsFiles& files);
  template <class Keyring>
  std::optional<Keyring> keyring(const char* name, const Path& file);

  const Config& config_;
  std::vector<std::string> problems_;
};

bool Check::configured(const char* name, const Path& file) {
  if (file.empty()) {
    problem(std::string(name) + " is not configured");
    return false;
  }
  struct stat status {};
  if (::stat(file.c_str(), &status) == 0) return true;
  problem(std::string(name) + ": " + file.string() + ": " + std::strerror(errno));
  return false;
}

void Check::tls(const http::TlsFiles& files) {
  const auto context = http::make_tls_context(files);
  if (context.has_error()) problem(context.error().message);
}

void Check::api_listener() {
  const bool certificate = configured("api-certificate", config_.api_certificate);
  const bool key = configured("api-certificate-key", config_.api_certificate_key);
  if (certificate && key) tls(tls_files(config_, http::Plane::api));
}

void Check::tool_listener() {
  const bool certificate = configured("tool-certificate", config_.tool_certificate);
  const bool key = configured("tool-certificate-key", config_.tool_certificate_key);
  const bool ca = configured("tool-client-ca", config_.tool_client_ca);
  if (certificate && key && ca) tls(tls_files(config_, http::Plane::tools));
  if (!configured("tool-identities", config_.tool_identities)) return;
  const auto identities = auth::ToolIdentities::load(config_.tool_identities);
  if (identities.has_error()) problem(identities.error().message);
}

void Check::listeners() {
  if (runs_api(config_.plane)) api_listener();
  if (runs_tools(config_.plane)) tool_listener();
  const std::vector<Listening> all = all_listening(config_);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      if (!overlap(all[i].where, all[j].where)) continue;
      problem(std::string(all[i].setting) + " " + all[i].where.str() + " and " + all[j].setting + " " +
              all[j].where.str() + " overlap");
    }
  }
}

template <class Keyring>
std::optional<Keyring> Check::keyring(const char* name, const Path& file) {
  if (!configured(name, file)) return std::nullopt;
  auto loaded = Keyring::load(file);
  if (loaded.has_value()) return std::move(*loaded);
  problem(loaded.error().message);
  return std::nullopt;
}

void Check::keyrings() {
  const auto root_public = keyring<crypto::RootPublicKeyring>("root-public-keyring", config_.root_public_keyring);
  keyring<crypto::MetadataKeyring>("metadata-keyring", config_.metadata_keyring);
  if (!runs_tools(config_.plane)) return;
  const auto root_private = keyring<crypto::RootPrivateKeyring>("root-private-keyring", config_.root_private_keyring);
  if (!root_public || !root_private || root_private->find(root_public->primary().id) != nullptr) return;
  problem(config_.root_private_keyring.string() + " lacks the key " + crypto::to_hex(root_public->primary().id) +
          ", the primary one of " + config_.root_public_keyring.string());
}

void Check::issuers() {
  if (!uses_issuers(config_) || !configured("issuers", config_.issuers)) return;
  for (std::string& fault : auth::find_issuer_faults(config_.issuers)) problem(std::move(fault));
}

}  // namespace

std::vector<std::string> find_problems(const Config& config) {
  Check check(config);
  check.listeners();
  check.keyrings();
  check.issuers();
  return check.take();
}

std::vector<std::string> find_notes(const Config& config) {
  std::vector<std::string> notes = find_certificate_notes(config);
  if (!runs_api(config.plane) || !uses_issuers(config) || !config.public_url.empty()) return notes;
  notes.emplace_back(
      "public-url is not configured: clients are not told which issuers there are, for "
      "/.well-known/oauth-protected-resource is 404 and a 401 does not lead to it");
  return notes;
}

std::vector<std::string> find_key_notes(const Config& config) {
  return uses_issuers(config) ? auth::find_issuer_notes(config.issuers) : std::vector<std::string>();
}

std::vector<std::string> find_store_problems(const Config& config) {
  try {
    open_store(config, runs_tools(config.plane) ? PrivateKey::yes : PrivateKey::no);
    return {};
  } catch (const UsageError& error) {
    return {error.what()};
  }
}

}  // namespace tacit::server
