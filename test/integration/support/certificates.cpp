#include "test/integration/support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace tacit::test {
namespace {

void check(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

void name(X509_NAME* name, const std::string& common_name) {
  if (common_name.empty()) return;
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
  check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, static_cast<int>(common_name.size()), -1, 0) == 1,
        "a CN");
}

X509* new_certificate(EVP_PKEY* key, const std::string& common_name, long from, long to) {
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  std::int64_t serial = 0;
  check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "random bytes");
  ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), serial & 0x7fffffffffffffff);
  X509_gmtime_adj(X509_getm_notBefore(certificate), from);
  X509_gmtime_adj(X509_getm_notAfter(certificate), to);
  X509_set_pubkey(certificate, key);
  name(X509_get_subject_name(certificate), common_name);
  return certificate;
}

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  check(extension != nullptr, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void write(const std::filesystem::path& path, X509* certificate) {
  FILE* file = std::fopen(path.c_str(), "w");
  check(file != nullptr && PEM_write_X509(file, certificate) == 1 && std::fclose(file) == 0, "writing a certificate");
}

void write(const std::filesystem::path& path, EVP_PKEY* key) {
  FILE* file = std::fopen(path.c_str(), "w");
  check(file != nullptr && PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
            std::fclose(file) == 0,
        "writing a key");
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

void revoke(X509_CRL* crl, const std::filesystem::path& path) {
  FILE* file = std::fopen(path.c_str(), "r");
  check(file != nullptr, "opening a certificate");
  X509* certificate = PEM_read_X509(file, nullptr, nullptr, nullptr);
  std::fclose(file);
  check(certificate != nullptr, "reading a certificate");
  X509_REVOKED* entry = X509_REVOKED_new();
  X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate));
  ASN1_TIME* when = X509_gmtime_adj(nullptr, -30);
  X509_REVOKED_set_revocationDate(entry, when);
  ASN1_TIME_free(when);
  X509_CRL_add0_revoked(crl, entry);
  X509_free(certificate);
}

}  // namespace

TestCa::TestCa(const std::filesystem::path& folder, const std::string& name, const TestCa* issuer,
               const CaRequest& request)
    : folder_(folder),
      file_(folder / (name + ".pem")),
      key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")),
      certificate_(new_certificate(key_.get(), name, request.valid_from_seconds, request.valid_to_seconds)) {
  X509* const self = certificate_.get();
  X509* const signer = issuer != nullptr ? issuer->certificate_.get() : self;
  X509_set_issuer_name(self, X509_get_subject_name(signer));
  extend(self, signer, NID_basic_constraints, request.basic_constraints);
  extend(self, signer, NID_key_usage, request.key_usage);
  extend(self, signer, NID_ext_key_usage, request.extended_usage);
  extend(self, signer, NID_subject_key_identifier, "hash");
  check(X509_sign(self, issuer != nullptr ? issuer->key_.get() : key_.get(), EVP_sha256()) != 0, "signing");
  write(file_, self);
}

CertificateFiles TestCa::issue(const std::string& stem, const CertificateRequest& request) const {
  const std::unique_ptr<EVP_PKEY, Free> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const std::unique_ptr<X509, Free> certificate(
      new_certificate(key.get(), request.common_name, request.valid_from_seconds, request.valid_to_seconds));
  X509* const self = certificate.get();
  X509* const signer = certificate_.get();
  X509_set_issuer_name(self, X509_get_subject_name(signer));
  extend(self, signer, NID_basic_constraints, "critical,CA:FALSE");
  extend(self, signer, NID_key_usage, "critical,digitalSignature");
  extend(self, signer, NID_ext_key_usage, request.extended_usage);
  std::string names;
  for (const std::string& each : request.alternative_names) names += (names.empty() ? "" : ",") + each;
  extend(self, signer, NID_subject_alt_name, names);
  check(X509_sign(self, key_.get(), EVP_sha256()) != 0, "signing");
  CertificateFiles files{folder_ / (stem + ".pem"), folder_ / (stem + ".key")};
  write(files.certificate, self);
  write(files.key, key.get());
  return files;
}

std::string TestCa::crl(const CrlRequest& request) const {
  X509_CRL* crl = X509_CRL_new();
  X509_CRL_set_version(crl, 1);
  X509_CRL_set_issuer_name(crl, X509_get_subject_name(certificate_.get()));
  ASN1_TIME* time = X509_gmtime_adj(nullptr, request.this_update_seconds);
  X509_CRL_set1_lastUpdate(crl, time);
  if (request.next_update_seconds != 0) {
    X509_gmtime_adj(time, request.next_update_seconds);
    X509_CRL_set1_nextUpdate(crl, time);
  }
  ASN1_TIME_free(time);
  for (const auto& path : request.revoked) revoke(crl, path);
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate_.get(), nullptr, nullptr, crl, 0);
  const auto add = [&](int nid, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    check(extension != nullptr && X509_CRL_add_ext(crl, extension, -1) == 1, value.c_str());
    X509_EXTENSION_free(extension);
  };
  if (!request.issuing_point.empty()) add(NID_issuing_distribution_point, request.issuing_point);
  if (request.delta) {
    ASN1_INTEGER* number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, 1);
    check(X509_CRL_add1_ext_i2d(crl, NID_delta_crl, number, 1, 0) == 1, "a delta");
    ASN1_INTEGER_free(number);
  }
  X509_CRL_sort(crl);
  check(X509_CRL_sign(crl, key_.get(), EVP_sha256()) != 0, "signing a CRL");
  BIO* out = BIO_new(BIO_s_mem());
  check((request.binary ? i2d_X509_CRL_bio(out, crl) : PEM_write_bio_X509_CRL(out, crl)) == 1, "writing a CRL");
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(out);
  X509_CRL_free(crl);
  return text;
}

}  // namespace tacit::test
