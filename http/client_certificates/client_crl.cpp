#include "http/client_certificates/client_crl.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace tacit::http {
namespace {

using boost::system::result;
using crypto::CertificatePtr;
using crypto::CrlPtr;

struct ExtensionDeleter {
  void operator()(ISSUING_DIST_POINT* point) const { ISSUING_DIST_POINT_free(point); }
  void operator()(CRL_DIST_POINTS* points) const { CRL_DIST_POINTS_free(points); }
};
using IssuingPoint = std::unique_ptr<ISSUING_DIST_POINT, ExtensionDeleter>;

IssuingPoint issuing_point(const X509_CRL* crl) {
  return IssuingPoint(
      static_cast<ISSUING_DIST_POINT*>(X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, nullptr, nullptr)));
}

bool has_extension(const X509_CRL* crl, int nid) { return X509_CRL_get_ext_by_NID(crl, nid, -1) >= 0; }

std::string scope_of(const X509_CRL* crl) {
  const int place = X509_CRL_get_ext_by_NID(crl, NID_issuing_distribution_point, -1);
  if (place < 0) return {};
  const ASN1_OCTET_STRING* const data = X509_EXTENSION_get_data(X509_CRL_get_ext(crl, place));
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(data)),
          static_cast<std::size_t>(ASN1_STRING_length(data))};
}

bool is_understood(const X509_EXTENSION* extension, std::span<const int> known) {
  if (X509_EXTENSION_get_critical(extension) == 0) return true;
  const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(const_cast<X509_EXTENSION*>(extension)));
  return std::ranges::find(known, nid) != known.end();
}

/// Refuses a CRL that lists only a part of its issuer's revocations, or those of other issuers.
std::optional<std::string> fault_of_scope(const X509_CRL* crl) {
  if (has_extension(crl, NID_delta_crl)) return "is a delta CRL; a complete one is needed";
  if (!has_extension(crl, NID_issuing_distribution_point)) return std::nullopt;
  const IssuingPoint point = issuing_point(crl);
  if (!point) return "has a damaged issuing distribution point";
  if (point->indirectCRL > 0) return "is an indirect CRL; only an authority's own CRL is accepted";
  if (point->onlyattr > 0) return "lists attribute certificates only";
  if (point->onlysomereasons != nullptr) return "covers only some revocation reasons; a complete one is needed";
  if (point->distpoint != nullptr && point->distpoint->type != 0) {
    return "has a distribution point that is named relative to its issuer, which is not supported";
  }
  return std::nullopt;
}

std::optional<std::string> fault_of_extensions(X509_CRL* crl) {
  constexpr std::array known{NID_issuing_distribution_point, NID_authority_key_identifier, NID_crl_number};
  constexpr std::array known_of_entries{NID_crl_reason, NID_invalidity_date};
  for (int i = 0; i < X509_CRL_get_ext_count(crl); ++i) {
    if (!is_understood(X509_CRL_get_ext(crl, i), known)) return "has a critical extension that is not understood";
  }
  const STACK_OF(X509_REVOKED)* const entries = X509_CRL_get_REVOKED(crl);
  for (int i = 0; i < sk_X509_REVOKED_num(entries); ++i) {
    const X509_REVOKED* const entry = sk_X509_REVOKED_value(entries, i);
    for (int j = 0; j < X509_REVOKED_get_ext_count(entry); ++j) {
      const X509_EXTENSION* const extension = X509_REVOKED_get_ext(entry, j);
      const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(const_cast<X509_EXTENSION*>(extension)));
      if (nid == NID_certificate_issuer) return "is an indirect CRL; only an authority's own CRL is accepted";
      if (!is_understood(extension, known_of_entries)) {
        return "has an entry with a critical extension that is not understood";
      }
    }
  }
  return std::nullopt;
}

bool signed_by(X509_CRL* crl, const X509* authority) {
  EVP_PKEY* const key = X509_get0_pubkey(authority);
  const bool verified = key != nullptr && X509_CRL_verify(crl, key) == 1;
  ERR_clear_error();
  return verified;
}

/// Authorities are the same if their names and keys are: an authority may have several certificates.
bool is_same_authority(const X509* a, const X509* b) {
  if (X509_NAME_cmp(X509_get_subject_name(a), X509_get_subject_name(b)) != 0) return false;
  EVP_PKEY* const key_a = X509_get0_pubkey(a);
  EVP_PKEY* const key_b = X509_get0_pubkey(b);
  const bool same = key_a != nullptr && key_b != nullptr && EVP_PKEY_eq(key_a, key_b) == 1;
  ERR_clear_error();
  return same;
}

/// Whether the list covers the certificate's kind, and its distribution point if the list is for one.
bool covers(const X509_CRL* crl, X509* certificate) {
  const IssuingPoint point = issuing_point(crl);
  if (!point) return true;
  const bool is_authority = X509_check_ca(certificate) != 0;
  if ((is_authority && point->onlyuser > 0) || (!is_authority && point->onlyCA > 0)) return false;
  if (point->distpoint == nullptr) return true;
  const std::unique_ptr<CRL_DIST_POINTS, ExtensionDeleter> points(
      static_cast<CRL_DIST_POINTS*>(X509_get_ext_d2i(certificate, NID_crl_distribution_points, nullptr, nullptr)));
  const GENERAL_NAMES* const own = point->distpoint->name.fullname;
  for (int i = 0; points && i < sk_DIST_POINT_num(points.get()); ++i) {
    const DIST_POINT_NAME* const named = sk_DIST_POINT_value(points.get(), i)->distpoint;
    if (named == nullptr || named->type != 0) continue;
    for (int j = 0; j < sk_GENERAL_NAME_num(named->name.fullname); ++j) {
      for (int k = 0; k < sk_GENERAL_NAME_num(own); ++k) {
        GENERAL_NAME* const a = sk_GENERAL_NAME_value(named->name.fullname, j);
        if (GENERAL_NAME_cmp(a, sk_GENERAL_NAME_value(own, k)) == 0) return true;
      }
    }
  }
  return false;
}

bool lists_serial(X509_CRL* crl, const X509* certificate) {
  X509_REVOKED* entry = nullptr;
  return X509_CRL_get0_by_serial(crl, &entry, X509_get0_serialNumber(certificate)) == 1;
}

std::string name_of(const X509_CRL* crl) { return crypto::text_of_name(X509_CRL_get_issuer(crl)); }

}  // namespace

result<RevocationLists::List, std::string> RevocationLists::examine(CrlPtr crl,
                                                                    std::span<const CertificatePtr> authorities) {
  const std::string subject = "the CRL of " + name_of(crl.get()) + " ";
  if (const auto fault = fault_of_scope(crl.get())) return subject + *fault;
  if (const auto fault = fault_of_extensions(crl.get())) return subject + *fault;
  const auto has_name = [&](const CertificatePtr& authority) {
    return X509_NAME_cmp(X509_get_subject_name(authority.get()), X509_CRL_get_issuer(crl.get())) == 0;
  };
  if (std::ranges::none_of(authorities, has_name)) {
    return subject + "was issued by an authority that is not in tool-client-ca";
  }
  const auto issuer = std::ranges::find_if(authorities, [&](const CertificatePtr& authority) {
    return has_name(authority) && signed_by(crl.get(), authority.get());
  });
  if (issuer == authorities.end()) return subject + "has a signature that its authority's key does not verify";
  const auto from = crypto::seconds_of(X509_CRL_get0_lastUpdate(crl.get()));
  const ASN1_TIME* const until = X509_CRL_get0_nextUpdate(crl.get());
  if (!from || (until != nullptr && !crypto::seconds_of(until))) {
    return subject + "has an invalid time";
  }
  // The first search sorts the list; later ones come from several threads.
  lists_serial(crl.get(), issuer->get());
  List list;
  list.scope = scope_of(crl.get());
  list.times = {name_of(crl.get()), *from, until != nullptr ? crypto::seconds_of(until) : std::nullopt};
  list.issuer.reset(X509_dup(issuer->get()));
  list.crl = std::move(crl);
  return list;
}

void RevocationLists::add(List list, const std::filesystem::path& file) {
  const auto is_same = [scope = list.scope, issuer = list.issuer.get()](const List& other) {
    return other.scope == scope && is_same_authority(other.issuer.get(), issuer);
  };
  const auto same = std::ranges::find_if(lists_, is_same);
  if (same == lists_.end()) {
    lists_.push_back(std::move(list));
    return;
  }
  if (list.times.this_update == same->times.this_update) {
    // If neither is newer, certificates that either lists are refused.
    const bool twice = std::ranges::any_of(
        lists_, [&](const List& other) { return X509_CRL_match(list.crl.get(), other.crl.get()) == 0; });
    if (!twice) lists_.push_back(std::move(list));
    return;
  }
  notes_.push_back(file.string() + " holds more than one CRL of " + list.times.issuer + "; the newest counts");
  if (list.times.this_update < same->times.this_update) return;
  std::erase_if(lists_, is_same);
  lists_.push_back(std::move(list));
}

result<RevocationLists, std::string> RevocationLists::load(const std::filesystem::path& file,
                                                           std::span<const CertificatePtr> authorities) {
  auto crls = crypto::load_crls(file);
  if (crls.has_error()) return crls.error().message;
  RevocationLists lists;
  for (CrlPtr& crl : *crls) {
    auto list = examine(std::move(crl), authorities);
    if (list.has_error()) return file.string() + ": " + list.error();
    lists.add(std::move(*list), file);
  }
  for (const List& list : lists.lists_) {
    if (!list.times.next_update) {
      lists.notes_.push_back(file.string() + ": the CRL of " + list.times.issuer +
                             " has no nextUpdate, so it never counts as out of date");
    }
    if ((X509_get_key_usage(list.issuer.get()) & KU_CRL_SIGN) == 0) {
      lists.notes_.push_back(file.string() + ": the certificate of " + list.times.issuer +
                             " lacks the key usage cRLSign; its CRL is accepted anyway");
    }
  }
  return lists;
}

RevocationLists::Verdict RevocationLists::judge(X509* certificate, X509* issuer) const {
  bool covered = false;
  for (const List& list : lists_) {
    if (!is_same_authority(list.issuer.get(), issuer)) continue;
    if (lists_serial(list.crl.get(), certificate)) return Verdict::revoked;
    covered = covered || covers(list.crl.get(), certificate);
  }
  return covered ? Verdict::good : Verdict::unknown;
}

bool RevocationLists::has_list_of(const X509* authority) const {
  return std::ranges::any_of(lists_, [&](const List& list) { return is_same_authority(list.issuer.get(), authority); });
}

std::vector<RevocationLists::Times> RevocationLists::times() const {
  std::vector<Times> all;
  for (const List& list : lists_) all.push_back(list.times);
  return all;
}

}  // namespace tacit::http
