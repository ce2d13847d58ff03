// Certificates, private keys and CRLs from PEM files; each error is a sentence that names the file.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openssl/x509.h>

#include "crypto/certificates/pem.hpp"

namespace tacit::crypto {

struct X509Deleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_CRL* crl) const { X509_CRL_free(crl); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using CertificatePtr = std::unique_ptr<X509, X509Deleter>;
using CrlPtr = std::unique_ptr<X509_CRL, X509Deleter>;
using PrivateKeyPtr = std::unique_ptr<EVP_PKEY, X509Deleter>;

/// Other PEM blocks that a file of certificates may contain.
enum class Beside : std::uint8_t {
  nothing,
  keys,  ///< a private key and parameters: the file has a key and its chain
};

/// All certificates of a PEM file, in order, at least one. Refuses CRLs, which would have no effect.
boost::system::result<std::vector<CertificatePtr>, PemError> load_certificates(const std::filesystem::path& file,
                                                                               Beside beside);

/// The first private key of a PEM file. Refuses an encrypted one; never asks for a passphrase.
boost::system::result<PrivateKeyPtr, PemError> load_private_key(const std::filesystem::path& file);

/// All CRLs of a PEM file, at least one, and nothing else.
boost::system::result<std::vector<CrlPtr>, PemError> load_crls(const std::filesystem::path& file);

/// A readable name, on one line and at most 200 bytes long: `CN=x,O=y`; "an empty name" if it has no parts.
std::string text_of_name(const X509_NAME* name);
/// The certificate's subject, likewise.
std::string subject_of(const X509* certificate);

/// Seconds since 1970. std::nullopt if the time is invalid.
std::optional<std::int64_t> seconds_of(const ASN1_TIME* time);
/// In the form of RFC 3339, in whole seconds and UTC.
std::string text_of_time(std::int64_t seconds);

}  // namespace tacit::crypto
