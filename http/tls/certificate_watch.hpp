// What is wrong, or gets wrong with time, with the certificates and CRLs that are in use: for /readyz, for the log
// while the server runs, and for metrics.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

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

  /// `host`: as certificate_faults has it.
  static CertificateFacts of(SSL_CTX* context, const std::string& host);

  /// Sentences, without the names of files: what is wrong with a certificate that clients see is no secret.
  std::vector<std::string> warnings(std::string_view plane, std::int64_t now) const;
  /// When the first CRL is out of date. Returns nullopt if none ever is.
  std::optional<std::int64_t> crl_expiry() const;
};

/// Thread-safe.
class CertificateWatch {
 public:
  void use(Plane plane, CertificateFacts facts);

  /// What /readyz of the plane warns of; `admin` hears of both planes.
  std::vector<std::string> warnings(Plane shown_on, std::int64_t now) const;
  std::optional<std::int64_t> crl_expiry() const;

  /// Logs what has run out: when it does, and every hour from then on. For a call now and then, at little cost.
  void log_expired(std::chrono::steady_clock::time_point now);

 private:
  struct Expired {
    bool crl;
    std::string sentence;
  };
  std::vector<Expired> expired(std::int64_t now) const;

  mutable std::mutex mutex_;
  std::array<CertificateFacts, 2> facts_;  ///< of the planes api and tools
  std::vector<std::string> said_;          ///< what was logged within the hour
  std::chrono::steady_clock::time_point said_since_{};
  std::atomic<std::chrono::steady_clock::duration> next_look_{};
};

/// Now, in seconds since 1970.
std::int64_t seconds_now();

}  // namespace tacit::http
