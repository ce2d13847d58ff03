// Certificate authorities and certificates for one run of the tests.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tacit::test {

struct CertificateFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

struct CertificateRequest {
  std::string common_name;                       ///< empty: no CN at all
  std::vector<std::string> alternative_names{};  ///< as openssl writes them: "URI:spiffe://…", "DNS:…", "IP:…"
  std::string extended_usage = "clientAuth";
  long valid_from_seconds = -3600;  ///< relative to now, likewise below
  long valid_to_seconds = 86400;
};

/// A self-signed P-256 authority; its files go to one folder.
class Authority {
 public:
  Authority(const std::filesystem::path& folder, const std::string& name);

  const std::filesystem::path& certificate() const { return file_; }
  CertificateFiles issue(const std::string& file_stem, const CertificateRequest& request) const;

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  std::filesystem::path folder_;
  std::filesystem::path file_;
  std::unique_ptr<EVP_PKEY, FreeKey> key_;
  std::unique_ptr<X509, FreeCertificate> certificate_;
};

}  // namespace tacit::test
