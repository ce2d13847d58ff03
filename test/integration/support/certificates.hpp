// Certificate authorities of any form, with the certificates and CRLs that they sign, for one run of the tests.
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
  std::string common_name;                       ///< empty: no CN
  std::vector<std::string> alternative_names{};  ///< in openssl's syntax: "URI:spiffe://…", "DNS:…", "IP:…"
  std::string extended_usage = "clientAuth";
  long valid_from_seconds = -3600;  ///< relative to now, as below
  long valid_to_seconds = 86400;
};

struct CaRequest {
  std::string basic_constraints = "critical,CA:TRUE";  ///< empty: no such extension; as below
  std::string key_usage = "critical,keyCertSign,cRLSign";
  std::string extended_usage{};
  long valid_from_seconds = -3600;  ///< relative to now, as below
  long valid_to_seconds = 86400;
};

struct CrlRequest {
  std::vector<std::filesystem::path> revoked{};  ///< certificates
  long this_update_seconds = -60;
  long next_update_seconds = 3600;  ///< 0: none
  std::string issuing_point{};      ///< in openssl's syntax of the extension: "critical,indirectCRL:TRUE"
  bool delta = false;
  bool binary = false;  ///< DER instead of PEM
};

/// A P-256 authority. Its files are in one folder.
class TestCa {
 public:
  /// Self-signed, or signed by `issuer`. Writes NAME.pem.
  TestCa(const std::filesystem::path& folder, const std::string& name, const TestCa* issuer = nullptr,
         const CaRequest& request = {});

  const std::filesystem::path& certificate() const { return file_; }
  /// Writes STEM.pem and STEM.key.
  CertificateFiles issue(const std::string& stem, const CertificateRequest& request) const;
  std::string crl(const CrlRequest& request = {}) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  std::filesystem::path folder_;
  std::filesystem::path file_;
  std::unique_ptr<EVP_PKEY, Free> key_;
  std::unique_ptr<X509, Free> certificate_;
};

}  // namespace tacit::test
