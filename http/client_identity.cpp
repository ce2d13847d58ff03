#include "http/client_identity.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <openssl/x509v3.h>

#include "crypto/keyring.hpp"

namespace tacit::http {
namespace {

std::string text_of(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

std::string first_alternative_name(X509* certificate, int type) {
  struct NamesDeleter {
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  };
  const std::unique_ptr<GENERAL_NAMES, NamesDeleter> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == type) return text_of(type == GEN_URI ? name->d.uniformResourceIdentifier : name->d.dNSName);
  }
  return {};
}

std::string common_name(X509* certificate) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  const int position = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (position < 0) return {};
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, position)));
  if (size < 0) return {};
  std::string name(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return name;
}

/// A kind that no identity can be configured with: it is granted nothing, but the audit can say who asked.
std::string fingerprint(X509* certificate) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
  return "certificate:" + crypto::to_hex({digest.data(), size});
}

}  // namespace

std::string client_identity(const SSL* ssl) {
  X509* certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr) return {};
  std::string identity;
  if (std::string uri = first_alternative_name(certificate, GEN_URI); !uri.empty()) {
    identity = "uri:" + uri;
  } else if (std::string dns = first_alternative_name(certificate, GEN_DNS); !dns.empty()) {
    identity = "dns:" + dns;
  } else if (std::string cn = common_name(certificate); !cn.empty()) {
    identity = "cn:" + cn;
  }
  const bool clean = std::none_of(identity.begin(), identity.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte >= 0x7f;
  });
  return clean && !identity.empty() ? identity : fingerprint(certificate);
}

}  // namespace tacit::http
