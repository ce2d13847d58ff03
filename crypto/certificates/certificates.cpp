#include "crypto/certificates/certificates.hpp"

#include <array>
#include <ctime>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace tacit::crypto {
namespace {

using boost::system::result;

constexpr std::size_t most_of_certificates = std::size_t{8} << 20U;
constexpr std::size_t most_of_key = std::size_t{1} << 20U;
constexpr std::size_t most_of_crls = std::size_t{128} << 20U;
constexpr std::size_t longest_name = 200;

PemError refuse(const std::filesystem::path& file, const std::string& why) { return {file.string() + ": " + why}; }

std::string at(const PemBlock& block) { return "line " + std::to_string(block.line) + ": "; }

/// Decodes with one of OpenSSL's d2i functions; null unless all of the bytes are the object.
template <class Pointer, class Decode>
Pointer decoded(const PemBlock& block, Decode decode) {
  const unsigned char* next = block.der.data();
  Pointer object(decode(nullptr, &next, static_cast<long>(block.der.size())));
  ERR_clear_error();
  if (object && next != block.der.data() + block.der.size()) object.reset();
  return object;
}

CertificatePtr certificate_in(const PemBlock& block) {
  if (block.label == "TRUSTED CERTIFICATE") return decoded<CertificatePtr>(block, d2i_X509_AUX);
  return decoded<CertificatePtr>(block, d2i_X509);
}

/// PKCS #8 in the clear, or a key in its algorithm's own form. Neither form asks for a passphrase.
PrivateKeyPtr key_in(const PemBlock& block) {
  const unsigned char* next = block.der.data();
  const auto size = static_cast<long>(block.der.size());
  PrivateKeyPtr key;
  if (block.label == "PRIVATE KEY") {
    PKCS8_PRIV_KEY_INFO* const info = d2i_PKCS8_PRIV_KEY_INFO(nullptr, &next, size);
    if (info != nullptr) key.reset(EVP_PKCS82PKEY(info));
    PKCS8_PRIV_KEY_INFO_free(info);
  } else if (block.label == "RSA PRIVATE KEY") {
    key.reset(d2i_PrivateKey(EVP_PKEY_RSA, nullptr, &next, size));
  } else if (block.label == "EC PRIVATE KEY") {
    key.reset(d2i_PrivateKey(EVP_PKEY_EC, nullptr, &next, size));
  } else if (block.label == "DSA PRIVATE KEY") {
    key.reset(d2i_PrivateKey(EVP_PKEY_DSA, nullptr, &next, size));
  }
  ERR_clear_error();
  return key;
}

/// A block that a file of certificates must not contain.
std::optional<std::string> fault_beside(const PemBlock& block, Beside beside) {
  if (is_crl(block)) return "holds a CRL, which has no effect here; CRLs of runtimes belong in tool-client-crl";
  if (block.label == "PKCS7") {
    return "holds a PKCS #7 bundle; write it as certificates: openssl pkcs7 -print_certs";
  }
  if (beside == Beside::keys) return std::nullopt;
  if (is_private_key(block)) return "holds a private key, which does not belong there: remove it";
  return "holds " + pem_kind(block) + ", which does not belong there: remove it";
}

}  // namespace

result<std::vector<CertificatePtr>, PemError> load_certificates(const std::filesystem::path& file, Beside beside) {
  auto blocks = read_pem_file(file, most_of_certificates);
  if (blocks.has_error()) return blocks.error();
  std::vector<CertificatePtr> certificates;
  for (const PemBlock& block : *blocks) {
    if (!is_certificate(block)) {
      if (const auto fault = fault_beside(block, beside)) return refuse(file, at(block) + *fault);
      continue;
    }
    CertificatePtr certificate = certificate_in(block);
    if (!certificate) return refuse(file, at(block) + "the certificate is damaged or is not a certificate");
    certificates.push_back(std::move(certificate));
  }
  if (certificates.empty()) return refuse(file, "holds no certificate, but " + pem_kind(blocks->front()));
  return certificates;
}

result<PrivateKeyPtr, PemError> load_private_key(const std::filesystem::path& file) {
  const auto blocks = read_pem_file(file, most_of_key);
  if (blocks.has_error()) return blocks.error();
  for (const PemBlock& block : *blocks) {
    if (is_crl(block)) return refuse(file, at(block) + "holds a CRL, which has no effect here");
  }
  for (const PemBlock& block : *blocks) {
    if (!is_private_key(block)) continue;
    if (block.encrypted) {
      return refuse(file,
                    "the private key is encrypted, and Tacit never asks for a passphrase; decrypt it: openssl "
                    "pkey -in " +
                        file.string() + " -out NEW-FILE");
    }
    PrivateKeyPtr key = key_in(block);
    if (!key) return refuse(file, at(block) + "the private key is damaged, or of a kind that is not supported");
    return key;
  }
  return refuse(file, "holds no private key, but " + pem_kind(blocks->front()));
}

result<std::vector<CrlPtr>, PemError> load_crls(const std::filesystem::path& file) {
  const auto blocks = read_pem_file(file, most_of_crls);
  if (blocks.has_error()) {
    PemError error = blocks.error();
    if (error.message.find("DER") != std::string::npos) {
      error.message += "; convert it: openssl crl -inform DER -in " + file.string() + " -out NEW-FILE";
    }
    return error;
  }
  std::vector<CrlPtr> crls;
  for (const PemBlock& block : *blocks) {
    if (!is_crl(block)) {
      return refuse(file,
                    at(block) + "holds " + pem_kind(block) + "; only CRLs (-----BEGIN X509 CRL-----) belong there");
    }
    CrlPtr crl = decoded<CrlPtr>(block, d2i_X509_CRL);
    if (!crl) return refuse(file, at(block) + "the CRL is damaged or is not a CRL");
    crls.push_back(std::move(crl));
  }
  return crls;
}

std::string text_of_name(const X509_NAME* name) {
  BIO* const out = BIO_new(BIO_s_mem());
  if (out == nullptr) return {};
  // Escapes everything except visible ASCII, quotes included.
  X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string text(data, size > 0 ? static_cast<std::size_t>(size) : 0);
  BIO_free(out);
  ERR_clear_error();
  if (text.empty()) return "an empty name";
  if (text.size() > longest_name) text = text.substr(0, longest_name) + "...";
  return text;
}

std::string subject_of(const X509* certificate) { return text_of_name(X509_get_subject_name(certificate)); }

std::optional<std::int64_t> seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  return ::timegm(&parts);
}

std::string text_of_time(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  std::array<char, 40> text{};
  if (::gmtime_r(&time, &parts) == nullptr) return std::to_string(seconds);
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

}  // namespace tacit::crypto
