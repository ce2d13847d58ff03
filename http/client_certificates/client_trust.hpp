// Which client certificates the tool plane takes: those that chain to an authority of tool-client-ca and that no CRL of
// tool-client-crl names.
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

#include "crypto/certificates.hpp"
#include "crypto/published.hpp"
#include "http/client_certificates/certificate_validity.hpp"
#include "http/client_certificates/client_crl.hpp"

namespace tacit::http {

/// Immutable once loaded; any thread may ask it.
class ClientTrust {
 public:
  /// `crls` may be empty: then nothing is revoked. The error is a sentence that names the file. `security_level` is
  /// that of the TLS context (SSL_CTX_set_security_level(3)), which refuses keys that are too weak for it.
  static boost::system::result<std::shared_ptr<const ClientTrust>, std::string> load(
      const std::filesystem::path& authorities, const std::filesystem::path& crls, int security_level);

  /// From now on a client of the context must present a certificate that is good by this. False if memory is short.
  static bool use(SSL_CTX* context, std::shared_ptr<const ClientTrust> trust);
  /// What the context uses; null if it asks clients for no certificate.
  static std::shared_ptr<const ClientTrust> of(const SSL_CTX* context);

  /// Intermediate authorities that may stand between a client's certificate and the authority in the file.
  static constexpr int most_intermediates = 4;

  /// Judges the certificate that a connection was opened with. X509_V_OK, or why it is no good (X509_V_ERR_…). If it is
  /// good, `validity` becomes what its chain by this trust says.
  int judge(const SSL* ssl, CertificateValidity* validity = nullptr) const;

  /// The subject of the certificate that this thread refused last in a handshake, once; empty if there is none. OpenSSL
  /// forgets it.
  static std::string take_refused();

  /// Differs from that of every other one.
  std::uint64_t number() const { return number_; }

  /// What an operator should know: sentences.
  std::vector<std::string> notes(std::int64_t now) const;
  /// The CRLs' times; none without CRLs.
  std::vector<RevocationLists::Times> crl_times() const;

 private:
  struct StoreDeleter {
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  };
  struct Authority {
    crypto::CertificatePtr certificate;
    bool revoked = false;  ///< by a CRL of another one, or its own issuer is
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

/// The trust that counts now for all connections, those too that were opened under another. Thread-safe, but for
/// replace(), which one thread calls.
class CurrentTrust {
 public:
  void replace(std::shared_ptr<const ClientTrust> trust) {
    const std::uint64_t number = trust ? trust->number() : 0;
    trust_.publish(std::move(trust));
    number_.store(number, std::memory_order_release);
  }
  std::shared_ptr<const ClientTrust> get() const { return trust_.get(); }
  /// The number of what counts; 0: there is none.
  std::uint64_t number() const { return number_.load(std::memory_order_acquire); }

 private:
  crypto::Published<ClientTrust> trust_;
  std::atomic<std::uint64_t> number_{0};
};

}  // namespace tacit::http
