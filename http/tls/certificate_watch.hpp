// Watches the certificates and CRLs in use for faults and expiry: for /readyz, the log and metrics.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "crypto/time/at_most_every.hpp"
#include "http/client_certificates/client_crl.hpp"
#include "http/tls/certificate_faults.hpp"
#include "http/tls/tls_context.hpp"

namespace tacit::http {

enum class Plane : std::uint8_t;  // http/exchange/exchange.hpp

/// A plane's certificate, and the CRLs of its clients.
struct CertificateFacts {
  std::vector<Validity> validities;
  std::vector<std::string> faults;
  std::vector<RevocationLists::Times> crls;

  /// `host` as in certificate_faults.
  static CertificateFacts of(SSL_CTX* context, const std::string& host);

  /// Faults as sentences without file names. They are no secret: clients see the certificate.
  std::vector<std::string> warnings(std::string_view plane, std::int64_t now) const;
  /// The earliest nextUpdate of the CRLs; nullopt if none has one.
  std::optional<std::int64_t> crl_expiry() const;
};

/// Thread-safe.
class CertificateWatch {
 public:
  void use(Plane plane, CertificateFacts facts);

  /// The warnings for /readyz of a plane; `admin` gets those of both planes.
  std::vector<std::string> warnings(Plane shown_on, std::int64_t now) const;
  std::optional<std::int64_t> crl_expiry() const;

  /// Logs expired certificates and CRLs, on expiry and then every hour. Cheap; to be called periodically.
  void log_expired(std::chrono::steady_clock::time_point now);

 private:
  struct Expired {
    bool crl;
    std::string sentence;
  };
  std::vector<Expired> expired(std::int64_t now) const;

  mutable std::mutex mutex_;
  std::array<CertificateFacts, 2> facts_;  ///< per plane: api, tools
  std::vector<std::string> said_;          ///< sentences logged within the hour
  crypto::AtMostEvery said_again_{std::chrono::hours(1)};
  crypto::SharedAtMostEvery looks_{std::chrono::seconds(1)};  ///< only one of several threads looks
};

}  // namespace tacit::http
