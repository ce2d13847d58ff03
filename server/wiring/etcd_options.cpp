#include "server/wiring/etcd_options.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "crypto/certificates/certificates.hpp"
#include "http/tls/tls_context.hpp"
#include "server/config/errors.hpp"
#include "server/config/store_location.hpp"
#include "server/process/store_user.hpp"

namespace tacit::server {
namespace {

/// As for the listeners' certificates in conf/alert-rules.yml.
constexpr std::int64_t note_before = std::int64_t{14} * 86400;

bool uses_tls(const Config& config) {
  return !config.etcd_ca.empty() || !config.etcd_certificate.empty() || !config.etcd_key.empty() ||
         !config.etcd_operator_certificate.empty() || !config.etcd_operator_key.empty();
}

std::optional<std::string> file_fault(const char* setting, const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) == 0) return std::nullopt;
  return std::string(setting) + ": " + file.string() + ": " + std::strerror(errno);
}

std::string is_needed(const char* setting) {
  return std::string(setting) + " is not configured: TLS to etcd needs etcd-ca, etcd-certificate and etcd-key";
}

/// A sentence about the combination of the settings; the files are not read.
std::optional<std::string> combination_fault(const Config& config, const EtcdLocation& location,
                                             EtcdIdentity identity) {
  if (!uses_tls(config)) {
    const auto remote = std::ranges::find_if_not(location.endpoints, is_on_this_host);
    if (remote == location.endpoints.end()) return std::nullopt;
    return "etcd-ca, etcd-certificate and etcd-key are not configured, but " + *remote +
           " is not on this host: without TLS everybody on the network could read and change the store";
  }
  const EtcdIdentityFiles files = identity_files(config, identity);
  if (config.etcd_ca.empty()) return is_needed("etcd-ca");
  if (files.certificate.empty()) return is_needed(files.certificate_setting);
  if (files.key.empty()) return is_needed(files.key_setting);
  return std::nullopt;
}

/// The settings in front of a sentence that begins with one of the files.
std::string with_setting(const Config& config, const EtcdIdentityFiles& files, const std::string& sentence) {
  const std::pair<const char*, const std::filesystem::path*> named[] = {
      {"etcd-ca", &config.etcd_ca}, {files.certificate_setting, &files.certificate}, {files.key_setting, &files.key}};
  for (const auto& [setting, file] : named) {
    if (!file->empty() && sentence.starts_with(file->string())) return std::string(setting) + ": " + sentence;
  }
  return sentence;
}

}  // namespace

store::SlotOwner slot_owner(Planes planes) {
  return planes == Planes::tools ? store::SlotOwner::tools : store::SlotOwner::api;
}

EtcdIdentityFiles identity_files(const Config& config, EtcdIdentity identity) {
  const bool own = identity == EtcdIdentity::command &&
                   (!config.etcd_operator_certificate.empty() || !config.etcd_operator_key.empty());
  if (own) {
    return {.certificate_setting = "etcd-operator-certificate",
            .key_setting = "etcd-operator-key",
            .certificate = config.etcd_operator_certificate,
            .key = config.etcd_operator_key};
  }
  return {.certificate_setting = "etcd-certificate",
          .key_setting = "etcd-key",
          .certificate = config.etcd_certificate,
          .key = config.etcd_key};
}

std::vector<std::string> find_identity_problems(const Config& config, EtcdIdentity identity) {
  const auto location = etcd_location(config);
  if (!location) return {};
  if (auto fault = combination_fault(config, *location, identity)) return {std::move(*fault)};
  if (!uses_tls(config)) return {};
  const EtcdIdentityFiles files = identity_files(config, identity);
  std::vector<std::string> problems;
  const std::pair<const char*, const std::filesystem::path*> named[] = {
      {"etcd-ca", &config.etcd_ca}, {files.certificate_setting, &files.certificate}, {files.key_setting, &files.key}};
  for (const auto& [setting, file] : named) {
    if (auto fault = file_fault(setting, *file)) problems.push_back(std::move(*fault));
  }
  if (!problems.empty()) return problems;
  // A listener's checks of a certificate, its key and a CA are those that a client needs.
  const auto context = http::make_tls_context(
      {.certificate = files.certificate, .certificate_key = files.key, .client_ca = config.etcd_ca});
  if (!context) problems.push_back(with_setting(config, files, context.error().message));
  return problems;
}

store::EtcdConnection etcd_connection(const Config& config, EtcdIdentity identity) {
  const auto location = etcd_location(config);
  if (!location) throw UsageError("the store is not in etcd");
  if (const auto fault = combination_fault(config, *location, identity)) throw UsageError(*fault);
  EtcdIdentityFiles files = identity_files(config, identity);
  store::EtcdConnection connection;
  connection.endpoints = location->endpoints;
  connection.ca = config.etcd_ca;
  connection.certificate = std::move(files.certificate);
  connection.key = std::move(files.key);
  return connection;
}

std::optional<store::EtcdOptions> etcd_options(const Config& config, EtcdIdentity identity) {
  const auto location = etcd_location(config);
  if (!location) return std::nullopt;
  store::EtcdOptions options;
  options.connection = etcd_connection(config, identity);
  options.name = location->name;
  options.owner = identity == EtcdIdentity::server ? slot_owner(config.plane) : store::SlotOwner::operators;
  options.writes = false;
  options.quota_bytes = config.etcd_quota;
  options.max_txn_ops = config.etcd_max_txn_ops;
  options.max_request_bytes = config.etcd_max_request_bytes;
  options.revocation = config.revocation;
  options.queue_items = config.write_queue_items;
  options.queue_bytes = config.write_queue_bytes;
  options.write_deadline = config.store_timeout;
  return options;
}

std::optional<std::int64_t> etcd_certificate_expiry(const Config& config) {
  const std::filesystem::path& file = config.etcd_certificate;
  std::error_code error;
  if (file.empty() || !std::filesystem::is_regular_file(file, error)) return std::nullopt;
  const auto chain = crypto::load_certificates(file, crypto::Beside::keys);
  if (!chain) return std::nullopt;
  return crypto::seconds_of(X509_get0_notAfter(chain->front().get()));
}

std::optional<std::string> etcd_certificate_note(const std::filesystem::path& file, std::int64_t now) {
  Config only;
  only.etcd_certificate = file;
  const auto expiry = etcd_certificate_expiry(only);
  if (!expiry || *expiry - now > note_before) return std::nullopt;
  const bool is_over = *expiry <= now;
  return file.string() + ": the certificate for etcd " + (is_over ? "expired at " : "expires at ") +
         crypto::text_of_time(*expiry) + (is_over ? ": etcd refuses it" : ": then etcd refuses it");
}

void become_etcd_user(const Config& config) {
  const EtcdIdentityFiles files = identity_files(config, EtcdIdentity::command);
  store::FileOwner owner{0, 0, true};
  struct stat status {};
  if (!files.key.empty()) {
    if (::stat(files.key.c_str(), &status) != 0) throw UsageError(*file_fault(files.key_setting, files.key));
    owner = {status.st_uid, status.st_gid, false};
  }
  if (const auto why = become_store_user(owner)) throw UsageError(*why);
}

}  // namespace tacit::server
