// The CRLs of the tool runtimes' authorities (RFC 5280 section 5): which of their certificates are revoked.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/certificates.hpp"

namespace tacit::http {

/// Immutable once loaded; any thread may ask it.
class RevocationLists {
 public:
  enum class Verdict : std::uint8_t {
    good,
    revoked,
    unknown,  ///< no list covers the certificate
  };
  /// A list's times, in seconds since 1970. Without `next_update` it never gets old.
  struct Times {
    std::string issuer;
    std::int64_t this_update = 0;
    std::optional<std::int64_t> next_update{};
  };

  /// Every CRL of the PEM file has to be signed by one of the authorities, complete for them and not indirect. Of
  /// several CRLs with one scope the newest counts. The error names the file.
  static boost::system::result<RevocationLists, std::string> load(const std::filesystem::path& file,
                                                                  std::span<const crypto::CertificatePtr> authorities);

  /// Of a certificate that the issuer has signed. What a list of the issuer names is revoked, whatever the list's age.
  Verdict judge(X509* certificate, X509* issuer) const;
  /// Whether there is a list of that authority.
  bool has_list_of(const X509* authority) const;

  std::vector<Times> times() const;
  /// What is odd about the file and no reason to refuse it: sentences.
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
