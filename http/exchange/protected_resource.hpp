// Tells clients how to authenticate: challenges (RFC 6750 section 3) and the metadata document of an OAuth 2.0
// protected resource (RFC 9728).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tacit::http {

/// Immutable. The header lines are complete, with CRLF.
class ProtectedResource {
 public:
  /// For a server without a public address or without issuers: challenges without a link, no document.
  ProtectedResource();
  /// `url` is where clients reach the API, without a path: `https://tacit.example.org`.
  ProtectedResource(std::string_view url, std::vector<std::string> issuers);

  /// `WWW-Authenticate` for a request without a credential.
  const std::string& challenge() const { return challenge_; }
  /// … for one with an invalid credential.
  const std::string& challenge_invalid() const { return challenge_invalid_; }
  /// … for one whose credential lacks `scope`.
  std::string challenge_scope(std::string_view scope) const;
  /// The document; empty if there is none.
  const std::string& document() const { return document_; }
  friend bool operator==(const ProtectedResource&, const ProtectedResource&) = default;

 private:
  std::string challenge_with(std::string_view error) const;

  std::string link_;  ///< `, resource_metadata="…"`, or empty
  std::string challenge_;
  std::string challenge_invalid_;
  std::string document_;
};

}  // namespace tacit::http
