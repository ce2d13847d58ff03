#include "http/client_certificates/client_identity.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "auth/identity_name.hpp"
#include "crypto/certificates/certificates.hpp"
#include "crypto/ids/key_id.hpp"

namespace tacit::http {
namespace {

std::string text_of(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

struct NamesDeleter {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
using Names = std::unique_ptr<GENERAL_NAMES, NamesDeleter>;

/// The number of names of a kind, and the first one.
struct Found {
  int count = 0;
  std::string first;
  void take(const ASN1_STRING* value) {
    if (count++ == 0) first = text_of(value);
  }
};

Found alternative_names(const GENERAL_NAMES* names, int type) {
  Found found;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == type) found.take(type == GEN_URI ? name->d.uniformResourceIdentifier : name->d.dNSName);
  }
  return found;
}

Found common_names(X509* certificate) {
  Found found;
  X509_NAME* subject = X509_get_subject_name(certificate);
  int position = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  for (; position >= 0; position = X509_NAME_get_index_by_NID(subject, NID_commonName, position)) {
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, position)));
    if (found.count++ == 0 && size > 0) {
      found.first.assign(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
    }
    OPENSSL_free(utf8);
  }
  ERR_clear_error();
  return found;
}

/// A kind that no configured identity can have: it is granted no tools, but identifies the client in the audit.
std::string fingerprint(X509* certificate) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
  return "certificate:" + crypto::to_hex({digest.data(), size});
}

}  // namespace

ClientIdentity identity_of(X509* certificate) {
  int state = -1;
  const Names names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, &state, nullptr)));
  // A malformed or repeated extension must not be ignored.
  if (!names && state != -1) return {fingerprint(certificate)};
  struct Kind {
    std::string_view prefix;
    Found found;
    bool several_allowed = false;
  };
  const std::array<Kind, 3> kinds{{{"uri:", alternative_names(names.get(), GEN_URI)},
                                   {"dns:", alternative_names(names.get(), GEN_DNS), true},
                                   {"cn:", common_names(certificate)}}};
  const auto* const kind = std::ranges::find_if(kinds, [](const Kind& each) { return each.found.count > 0; });
  if (kind == kinds.end()) return {fingerprint(certificate)};
  if (kind->found.count > 1 && !kind->several_allowed) return {fingerprint(certificate), true};
  std::string identity = std::string(kind->prefix) + kind->found.first;
  return {auth::is_identity_name(identity) ? std::move(identity) : fingerprint(certificate)};
}

ClientIdentity client_identity(const SSL* ssl) {
  X509* certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr) return {};
  return identity_of(certificate);
}

std::string presented_name(const SSL* ssl) {
  const X509* const certificate = SSL_get0_peer_certificate(ssl);
  return certificate != nullptr ? crypto::subject_of(certificate) : std::string();
}

}  // namespace tacit::http
