// Tells clients how to authenticate: the challenges of answers, and the metadata document of an OAuth 2.0 protected
// resource (RFC 9728).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/exchange/www_authenticate.hpp"

namespace tacit::http {

/// Immutable.
class ProtectedResource {
 public:
  /// For a server without a public address or without issuers: challenges without a link, no document.
  ProtectedResource();
  /// `url` is where clients reach the API, without a path: `https://tacit.example.org`.
  ProtectedResource(std::string_view url, std::vector<std::string> issuers);

  const WwwAuthenticate& challenges() const { return challenges_; }
  /// The document; empty if there is none.
  const std::string& document() const { return document_; }
  /// Where clients reach the API; empty: not known.
  const std::string& url() const { return url_; }
  friend bool operator==(const ProtectedResource&, const ProtectedResource&) = default;

 private:
  WwwAuthenticate challenges_{std::string_view()};
  std::string document_;
  std::string url_;
};

}  // namespace tacit::http
