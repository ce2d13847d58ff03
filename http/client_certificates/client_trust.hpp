// Decides which client certificates the tool plane accepts: those that chain to an authority of tool-client-ca and are
// not in a CRL of tool-client-crl.
#pragma once

#include <boost/system/result.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <openssl/ssl.h>

#include "crypto/certificates/certificates.hpp"
#include "crypto/memory/published.hpp"
#include "http/client_certificates/certificate_validity.hpp"
#include "http/client_certificates/client_crl.hpp"

namespace tacit::http {

/// Immutable after loading; any thread may use it.
class ClientTrust {
 public:
  /// `crls` may be empty: then no certificate counts as revoked. The error is a sentence that names the file.
  /// `security_level` is that of the TLS context (SSL_CTX_set_security_level(3)), which refuses keys that are too weak
  /// for it.
  static boost::system::result<std::shared_ptr<const ClientTrust>, std::string> load(
      const std::filesystem::path& authorities, const std::filesystem::path& crls, int security_level);

  /// Makes the context require client certificates that `trust` accepts. False if out of memory.
  static bool use(SSL_CTX* context, std::shared_ptr<const ClientTrust> trust);
  /// The context's trust; null if it requests no client certificates.
  static std::shared_ptr<const ClientTrust> of(const SSL_CTX* context);

  /// The limit of intermediate authorities between a client's certificate and the authority in the file.
  static constexpr int most_intermediates = 4;

  /// Judges the certificate of a connection's handshake. X509_V_OK, or the reason (X509_V_ERR_…). On success `validity`
  /// is set to that of the certificate's chain.
  int judge(const SSL* ssl, CertificateValidity* validity = nullptr) const;

  /// Returns and clears the subject of the certificate that this thread refused last in a handshake; empty if there is
  /// none. OpenSSL does not keep it.
  static std::string take_refused();

  /// Unique to each ClientTrust.
  std::uint64_t number() const { return number_; }

  /// Notes for the operator, as sentences.
  std::vector<std::string> notes(std::int64_t now) const;
  /// The CRLs' times; none without CRLs.
  std::vector<RevocationLists::Times> crl_times() const;

 private:
  struct StoreDeleter {
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  };
  struct Authority {
    crypto::CertificatePtr certificate;
    bool revoked = false;  ///< by another authority's CRL, or its issuer is revoked
  };

  explicit ClientTrust(std::filesystem::path file);
  std::optional<std::string> take(std::vector<crypto::CertificatePtr> certificates, int security_level);
  std::optional<std::string> take_crls(const std::filesystem::path& crls);
  bool has_child(const X509* authority) const;
  void mark_revoked();
  int judge_chain(STACK_OF(X509) * chain) const;
  int verify(X509_STORE_CTX* context) const;
  static int on_verify(X509_STORE_CTX* context, void*);

  const std::filesystem::path file_;
  const std::uint64_t number_;
  std::vector<Authority> authorities_;
  std::optional<RevocationLists> crls_;
  std::unique_ptr<X509_STORE, StoreDeleter> store_;
  std::vector<std::string> notes_;
};

/// The current trust, for all connections, including those opened under an earlier one. Thread-safe, except that only
/// one thread may call replace().
class CurrentTrust {
 public:
  void replace(std::shared_ptr<const ClientTrust> trust) {
    const std::uint64_t number = trust ? trust->number() : 0;
    trust_.publish(std::move(trust));
    number_.store(number, std::memory_order_release);
  }
  std::shared_ptr<const ClientTrust> get() const { return trust_.get(); }
  /// The current trust's number; 0 without one.
  std::uint64_t number() const { return number_.load(std::memory_order_acquire); }

 private:
  crypto::Published<ClientTrust> trust_;
  std::atomic<std::uint64_t> number_{0};
};

}  // namespace tacit::http
