// The CRLs of the tool runtimes' authorities (RFC 5280 section 5).
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/certificates/certificates.hpp"

namespace tacit::http {

/// Immutable after loading; any thread may use it.
class RevocationLists {
 public:
  enum class Verdict : std::uint8_t {
    good,
    revoked,
    unknown,  ///< no list covers the certificate
  };
  /// A list's times, in seconds since 1970. A list without `next_update` never gets out of date.
  struct Times {
    std::string issuer;
    std::int64_t this_update = 0;
    std::optional<std::int64_t> next_update{};
  };

  /// Every CRL of the PEM file must be signed by one of the authorities, complete and not indirect. Of several CRLs
  /// with the same scope the newest counts. The error names the file.
  static boost::system::result<RevocationLists, std::string> load(const std::filesystem::path& file,
                                                                  std::span<const crypto::CertificatePtr> authorities);

  /// Judges a certificate that the issuer signed. An out-of-date list still counts.
  Verdict judge(X509* certificate, X509* issuer) const;
  /// Whether that authority has a list.
  bool has_list_of(const X509* authority) const;

  std::vector<Times> times() const;
  /// Oddities of the file that are no reason to refuse it, as sentences.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  struct List {
    crypto::CrlPtr crl;
    crypto::CertificatePtr issuer;
    std::string scope;  ///< its issuing distribution point extension, as bytes
    Times times;
  };
  static boost::system::result<List, std::string> examine(crypto::CrlPtr crl,
                                                          std::span<const crypto::CertificatePtr> authorities);
  void add(List list, const std::filesystem::path& file);

  std::vector<List> lists_;
  std::vector<std::string> notes_;
};

}  // namespace tacit::http
