#include "server/wiring/config_check.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "auth/issuers/load_issuers.hpp"
#include "auth/tool_identities.hpp"
#include "crypto/files/trusted_folder.hpp"
#include "crypto/keyrings/keyring.hpp"
#include "crypto/text/sentence.hpp"
#include "http/tls/tls_context.hpp"
#include "server/config/store_location.hpp"
#include "server/config/suggestion.hpp"
#include "server/wiring/console.hpp"
#include "server/wiring/etcd_options.hpp"
#include "server/wiring/identity.hpp"
#include "server/wiring/listeners.hpp"
#include "server/wiring/signing_rings.hpp"

namespace tacit::server {
namespace {

using Path = std::filesystem::path;
using NamedFiles = std::vector<std::pair<std::string, Path>>;  // name of the setting, file

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

// Collects problems from several checks of the configuration.
class Check {
 public:
  explicit Check(const Config& config) : config_(config) {}

  void listeners();
  void keyrings();
  void signing_keyrings(const crypto::Signers& signers);
  void etcd();
  void issuers();
  std::vector<std::string> take() { return std::move(problems_); }

 private:
  void problem(std::string sentence) { problems_.push_back(std::move(sentence)); }
  bool configured(const char* name, const Path& file);
  void api_listener();
  void tool_listener();
  void tls(const http::TlsFiles& files, std::string_view plane);
  void file_problem(const NamedFiles& files, std::string sentence);
  template <class Keyring>
  std::optional<Keyring> keyring(const char* name, const Path& file);

  const Config& config_;
  std::vector<std::string> problems_;
  std::map<std::string, std::size_t> told_;  // sentence without the settings' names → index of its problem
};

/// Adds a sentence that begins with a file, with the names of the settings of that file in front. If the sentence is
/// already reported, because several settings name the file, adds the names to the existing problem.
void Check::file_problem(const NamedFiles& files, std::string sentence) {
  std::string names;
  for (const auto& [name, file] : files) {
    const std::string path = file.string();
    if (path.empty() || !(sentence.starts_with(path + ": ") || sentence.starts_with(path + " "))) continue;
    crypto::append_part(names, name, " and ");
  }
  if (names.empty()) return problem(std::move(sentence));
  const auto [before, is_new] = told_.emplace(sentence, problems_.size());
  if (is_new) return problem(names + ": " + sentence);
  std::string& told = problems_[before->second];
  told.insert(told.size() - sentence.size() - 2, " and " + names);
}

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

void Check::tls(const http::TlsFiles& files, std::string_view plane) {
  const auto context = http::make_tls_context(files);
  if (!context.has_error()) return;
  const std::string prefix(plane);
  file_problem({{prefix + "-certificate", files.certificate},
                {prefix + "-certificate-key", files.certificate_key},
                {prefix + "-client-ca", files.client_ca},
                {prefix + "-client-crl", files.client_crl},
                {"ticket-keys", files.ticket_keys}},
               context.error().message);
}

void Check::api_listener() {
  const bool certificate = configured("api-certificate", config_.api_certificate);
  const bool key = configured("api-certificate-key", config_.api_certificate_key);
  if (certificate && key) tls(tls_files(config_, http::Plane::api), "api");
}

void Check::tool_listener() {
  const bool certificate = configured("tool-certificate", config_.tool_certificate);
  const bool key = configured("tool-certificate-key", config_.tool_certificate_key);
  const bool ca = configured("tool-client-ca", config_.tool_client_ca);
  if (certificate && key && ca) tls(tls_files(config_, http::Plane::tools), "tool");
  if (!configured("tool-identities", config_.tool_identities)) return;
  const auto identities = auth::ToolIdentities::load(config_.tool_identities);
  if (identities.has_error()) {
    file_problem({{"tool-identities", config_.tool_identities}}, identities.error().message);
  }
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
  if (file.empty()) {
    problem(is_not_configured(name));
    return std::nullopt;
  }
  if (!configured(name, file)) return std::nullopt;
  auto loaded = Keyring::load(file);
  if (loaded.has_value()) return std::move(*loaded);
  file_problem({{name, file}}, loaded.error().message);
  return std::nullopt;
}

void Check::keyrings() {
  const auto root_public = keyring<crypto::RootPublicKeyring>("root-public-keyring", config_.root_public_keyring);
  keyring<crypto::MetadataKeyring>("metadata-keyring", config_.metadata_keyring);
  if (root_public) signing_keyrings(root_public->signers());
  if (!runs_tools(config_.plane)) return;
  const auto root_private = keyring<crypto::RootPrivateKeyring>("root-private-keyring", config_.root_private_keyring);
  if (!root_public || !root_private || root_private->find(root_public->primary().id) != nullptr) return;
  problem(config_.root_private_keyring.string() + " lacks the key " + crypto::to_hex(root_public->primary().id) +
          ", the primary key of " + config_.root_public_keyring.string());
}

void Check::signing_keyrings(const crypto::Signers& signers) {
  for (const KeyringFile which : keyring_files) {
    if (!server_opens(config_.plane, which)) continue;
    if (auto trouble = load_signing_ring(config_, which, signers).problem) problem(std::move(*trouble));
  }
}

void Check::etcd() {
  for (std::string& fault : find_identity_problems(config_, EtcdIdentity::server)) problem(std::move(fault));
}

void Check::issuers() {
  if (!uses_issuers(config_) || !configured("issuers", config_.issuers)) return;
  const auth::ToolAudience needed = tool_audience(config_.plane, config_.tool_user_token);
  for (std::string& fault : auth::find_issuer_faults(config_.issuers, did_you_mean, needed)) {
    file_problem({{"issuers", config_.issuers}}, std::move(fault));
  }
}

// Servers run without either, so these are notes, not problems.
void add_directory_notes(const Config& config, std::vector<std::string>& notes) {
  std::error_code error;
  const Path& control = config.control_directory;
  if (!control.empty() && !std::filesystem::is_directory(control, error)) {
    notes.push_back("control-directory: " + control.string() +
                    " is not an accessible directory: the server creates no socket there, and tacit reload and tacit "
                    "status do not find it");
  }
  const Path& record = config.backup_record;
  if (!record.empty() &&
      !std::filesystem::is_directory(std::filesystem::absolute(record, error).parent_path(), error)) {
    notes.push_back("backup-record: " + record.string() +
                    " has no accessible directory: tacit backup cannot record its success there");
  }
}

/// Opening the store checks its files; this note is about later changes.
void add_store_note(const Config& config, std::vector<std::string>& notes) {
  if (is_in_etcd(config)) return;
  struct stat folder {};
  if (::stat(config.store.c_str(), &folder) != 0 || (folder.st_mode & S_ISVTX) != 0) return;
  const bool ours = folder.st_uid == 0 || folder.st_uid == ::geteuid();
  if (!ours || !crypto::others_may_change(folder)) return;
  notes.push_back("store: other users may replace the files in " + config.store.string() +
                  ", whose directory is not sticky: chmod +t " + config.store.string());
}

/// Settings of a store in a folder, and what a store in etcd needs instead.
void add_etcd_notes(const Config& config, std::vector<std::string>& notes) {
  if (!is_in_etcd(config)) return;
  const Config initial;
  std::string idle;
  const auto add = [&idle](const char* name) { idle.append(idle.empty() ? "" : ", ").append(name); };
  if (config.map_size != initial.map_size) add("map-size");
  if (config.scrub_within != initial.scrub_within) add("scrub-within");
  if (!idle.empty()) notes.push_back(idle + ": no effect, because the store is in etcd");
  if (config.backup_record.empty()) {
    notes.emplace_back(
        "backup-record is not configured, and a store in etcd has no file beside it: metrics and tacit status do not "
        "show the last backup");
  }
  // The directory of a unit is known only to its process.
  if (config.control_directory.empty() && std::getenv("RUNTIME_DIRECTORY") == nullptr) {
    notes.emplace_back(
        "control-directory is not configured: unless the unit has a RuntimeDirectory, tacit reload and tacit status "
        "do not find the server");
  }
}

/// Servers and commands work without signatures until an operator sets them up, after an upgrade.
void add_signing_note(const Config& config, std::vector<std::string>& notes) {
  if (config.root_public_keyring.empty()) return;
  const auto ring = crypto::RootPublicKeyring::load(config.root_public_keyring);
  if (!ring || crypto::phase_of(ring->signers()) != crypto::SigningPhase::none) return;
  notes.emplace_back("tenants' keys and the audit log are not signed: run tacit key add signing");
}

}  // namespace

std::vector<std::string> find_problems(const Config& config) {
  Check check(config);
  check.listeners();
  check.keyrings();
  check.etcd();
  check.issuers();
  std::vector<std::string> problems = check.take();
  for (std::string& problem : find_console_problems(config)) problems.push_back(std::move(problem));
  return problems;
}

std::vector<std::string> find_notes(const Config& config) {
  std::vector<std::string> notes = find_certificate_notes(config);
  add_directory_notes(config, notes);
  add_store_note(config, notes);
  add_etcd_notes(config, notes);
  add_signing_note(config, notes);
  if (!runs_api(config.plane) || !uses_issuers(config) || !config.public_url.empty()) return notes;
  notes.emplace_back(
      "public-url is not configured: clients cannot discover the issuers, because "
      "/.well-known/oauth-protected-resource is 404 and a 401 does not refer to it");
  return notes;
}

std::vector<std::string> find_command_notes(const Config& config) {
  std::vector<std::string> notes;
  if (config.root_public_keyring.empty()) return notes;
  const auto ring = crypto::RootPublicKeyring::load(config.root_public_keyring);
  if (!ring) return notes;
  for (const KeyringFile which : keyring_files) {
    const Path file = keyring_file(config, which);
    // A keyring that is not here may be on another host, and one that this user must not read is another user's.
    if (server_opens(config.plane, which) || file.empty() || ::access(file.c_str(), R_OK) != 0) continue;
    if (auto trouble = load_signing_ring(config, which, ring->signers()).problem) notes.push_back(std::move(*trouble));
  }
  return notes;
}

std::vector<std::string> find_key_notes(const Config& config) {
  return uses_issuers(config) ? auth::find_issuer_notes(config.issuers) : std::vector<std::string>();
}

}  // namespace tacit::server
