// Notes of check-config, a start and a reload about certificates and CRLs that are usable but make clients fail.
// Problems are in config_check.cpp.
#include "crypto/time/unix_time.hpp"
#include "http/client_certificates/client_trust.hpp"
#include "http/tls/certificate_watch.hpp"
#include "http/tls/tls_context.hpp"
#include "server/config/store_location.hpp"
#include "server/wiring/config_check.hpp"
#include "server/wiring/etcd_options.hpp"
#include "server/wiring/listeners.hpp"

namespace tacit::server {
namespace {

void add_notes(const http::TlsFiles& files, std::string_view plane, const std::string& host,
               std::vector<std::string>& notes) {
  http::TlsFiles without_tickets = files;
  without_tickets.ticket_keys.clear();
  const auto context = http::make_tls_context(without_tickets);
  if (context.has_error()) return;  // a problem, which config_check.cpp reports
  const std::int64_t now = crypto::seconds_now();
  for (const std::string& warning : http::CertificateFacts::of(context->get(), host).warnings(plane, now)) {
    const bool of_crl = warning.starts_with("the CRL ");
    notes.push_back((of_crl ? files.client_crl : files.certificate).string() + ": " + warning);
  }
  const auto trust = http::ClientTrust::of(context->get());
  if (!trust) return;
  for (std::string& note : trust->notes(now)) notes.push_back(std::move(note));
}

}  // namespace

std::vector<std::string> find_certificate_notes(const Config& config) {
  std::vector<std::string> notes;
  for (const http::Plane plane : {http::Plane::api, http::Plane::tools}) {
    const bool runs = plane == http::Plane::api ? runs_api(config.plane) : runs_tools(config.plane);
    const http::TlsFiles files = tls_files(config, plane);
    if (!runs || files.certificate.empty() || files.certificate_key.empty()) continue;
    // The tool plane's own certificate can be checked without the CA of its clients.
    add_notes(files, http::name_of(plane), host_of(config, plane), notes);
  }
  if (is_in_etcd(config)) {
    auto note = etcd_certificate_note(config.etcd_certificate, crypto::seconds_now());
    if (note) notes.push_back(std::move(*note));
  }
  return notes;
}

}  // namespace tacit::server
