#include "http/tls/certificate_watch.hpp"

#include <algorithm>
#include <utility>

#include "crypto/certificates/certificates.hpp"
#include "crypto/time/unix_time.hpp"
#include "http/client_certificates/client_trust.hpp"
#include "http/exchange/exchange.hpp"
#include "http/log/log.hpp"

namespace tacit::http {
namespace {

std::string certificate_of(std::string_view plane) {
  return "the certificate of the plane " + std::string(plane) + " ";
}

/// "the CRL of … expired at …", or "… is not valid before …"; std::nullopt if it is current.
std::optional<std::string> fault_of(const RevocationLists::Times& crl, std::int64_t now) {
  const std::string subject = "the CRL of " + crl.issuer + " ";
  if (crl.next_update && *crl.next_update < now) {
    return subject + "expired at " + crypto::text_of_time(*crl.next_update) +
           "; certificates that it lists are still refused, but later revocations are not known";
  }
  if (crl.this_update > now) {
    return subject + "is not valid before " + crypto::text_of_time(crl.this_update) +
           "; certificates that it lists are already refused";
  }
  return std::nullopt;
}

}  // namespace

CertificateFacts CertificateFacts::of(SSL_CTX* context, const std::string& host) {
  CertificateFacts facts;
  facts.validities = http::validities(context);
  facts.faults = certificate_faults(context, host);
  if (const auto trust = ClientTrust::of(context)) facts.crls = trust->crl_times();
  return facts;
}

std::vector<std::string> CertificateFacts::warnings(std::string_view plane, std::int64_t now) const {
  std::vector<std::string> all;
  for (const Validity& validity : validities) {
    const auto fault = validity.fault(now);
    if (!fault) continue;
    const bool is_leaf = &validity == &validities.front();
    all.push_back(is_leaf ? certificate_of(plane) + *fault
                          : certificate_of(plane) + "is sent with that of " + validity.subject + ", which " + *fault);
  }
  for (const std::string& fault : faults) all.push_back(certificate_of(plane) + fault);
  for (const RevocationLists::Times& crl : crls) {
    if (auto fault = fault_of(crl, now)) all.push_back(std::move(*fault));
  }
  return all;
}

std::optional<std::int64_t> CertificateFacts::crl_expiry() const {
  std::optional<std::int64_t> first;
  for (const RevocationLists::Times& crl : crls) {
    if (crl.next_update) first = std::min(first.value_or(*crl.next_update), *crl.next_update);
  }
  return first;
}

void CertificateWatch::use(Plane plane, CertificateFacts facts) {
  const std::lock_guard lock(mutex_);
  facts_.at(static_cast<std::size_t>(plane)) = std::move(facts);
  said_.clear();  // log again after a reload
  looks_.reset();
}

std::vector<std::string> CertificateWatch::warnings(Plane shown_on, std::int64_t now) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const Plane plane : {Plane::api, Plane::tools}) {
    if (shown_on != plane && shown_on != Plane::admin) continue;
    for (std::string& warning : facts_.at(static_cast<std::size_t>(plane)).warnings(name_of(plane), now)) {
      all.push_back(std::move(warning));
    }
  }
  return all;
}

std::optional<std::int64_t> CertificateWatch::crl_expiry() const {
  const std::lock_guard lock(mutex_);
  return facts_.at(static_cast<std::size_t>(Plane::tools)).crl_expiry();
}

std::vector<CertificateWatch::Expired> CertificateWatch::expired(std::int64_t now) const {
  std::vector<Expired> all;
  for (const Plane plane : {Plane::api, Plane::tools}) {
    const CertificateFacts& facts = facts_.at(static_cast<std::size_t>(plane));
    for (const Validity& validity : facts.validities) {
      if (validity.until >= now) continue;
      all.push_back({false, "the certificate of " + validity.subject + ", which the plane " +
                                std::string(name_of(plane)) + " uses, " + *validity.fault(now)});
    }
    for (const RevocationLists::Times& crl : facts.crls) {
      if (auto fault = fault_of(crl, now)) all.push_back({true, std::move(*fault)});
    }
  }
  return all;
}

void CertificateWatch::log_expired(std::chrono::steady_clock::time_point now) {
  if (!looks_.admit(now)) return;
  std::vector<Expired> to_say;
  {
    const std::lock_guard lock(mutex_);
    if (said_again_.admit(now)) said_.clear();
    for (Expired& each : expired(crypto::seconds_now())) {
      if (std::ranges::find(said_, each.sentence) != said_.end()) continue;
      said_.push_back(each.sentence);
      to_say.push_back(std::move(each));
    }
  }
  for (const Expired& each : to_say) {
    LogLine line(LogLevel::error, each.crl ? "client_crl_expired" : "certificate_expired");
    log(line.field("reason", each.sentence));
  }
}

}  // namespace tacit::http
