#include "test/integration/certificates.hpp"

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

EVP_PKEY* new_key() {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  check(key != nullptr, "generating a key");
  return key;
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  check(extension != nullptr, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void set_common_name(X509_NAME* name, const std::string& common_name) {
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
  set_common_name(X509_get_subject_name(certificate), common_name);
  return certificate;
}

void write_certificate(const std::filesystem::path& path, X509* certificate) {
  FILE* file = std::fopen(path.c_str(), "w");
  check(file != nullptr && PEM_write_X509(file, certificate) == 1 && std::fclose(file) == 0, "writing a certificate");
}

void write_key(const std::filesystem::path& path, EVP_PKEY* key) {
  FILE* file = std::fopen(path.c_str(), "w");
  check(file != nullptr && PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
            std::fclose(file) == 0,
        "writing a key");
  using std::filesystem::perms;
  std::filesystem::permissions(path, perms::owner_read | perms::owner_write);
}

}  // namespace

Authority::Authority(const std::filesystem::path& folder, const std::string& name)
    : folder_(folder),
      file_(folder / (name + ".pem")),
      key_(new_key()),
      certificate_(new_certificate(key_.get(), "Tacit test authority " + name, -3600, 86400)) {
  X509* self = certificate_.get();
  X509_set_issuer_name(self, X509_get_subject_name(self));
  add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(self, self, NID_subject_key_identifier, "hash");
  check(X509_sign(self, key_.get(), EVP_sha256()) != 0, "signing");
  write_certificate(file_, self);
}

CertificateFiles Authority::issue(const std::string& file_stem, const CertificateRequest& request) const {
  const std::unique_ptr<EVP_PKEY, FreeKey> key(new_key());
  const std::unique_ptr<X509, FreeCertificate> certificate(
      new_certificate(key.get(), request.common_name, request.valid_from_seconds, request.valid_to_seconds));
  X509* issuer = certificate_.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
  add_extension(certificate.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), issuer, NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), issuer, NID_ext_key_usage, request.extended_usage);
  std::string names;
  for (const std::string& name : request.alternative_names) names += (names.empty() ? "" : ",") + name;
  if (!names.empty()) add_extension(certificate.get(), issuer, NID_subject_alt_name, names);
  check(X509_sign(certificate.get(), key_.get(), EVP_sha256()) != 0, "signing");
  CertificateFiles files{folder_ / (file_stem + ".pem"), folder_ / (file_stem + ".key")};
  write_certificate(files.certificate, certificate.get());
  write_key(files.key, key.get());
  return files;
}

}  // namespace tacit::test
