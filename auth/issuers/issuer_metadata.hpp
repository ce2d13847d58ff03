// An issuer's metadata: OpenID Connect Discovery 1.0 and RFC 8414, which share a format and differ in the document's
// URL.
#pragma once

#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/https/https_url.hpp"

namespace tacit::auth {

struct IssuerMetadata {
  std::optional<HttpsUrl> jwks;
  std::optional<HttpsUrl> introspection;
};

/// The document's possible URLs, in this order: `/.well-known/openid-configuration` after the issuer's path, then
/// `/.well-known/oauth-authorization-server` before it. The issuer must be an https URL without a query; else the error
/// says why it is not.
boost::system::result<std::vector<HttpsUrl>, std::string> metadata_urls(std::string_view issuer);

/// Parses the document. Refuses one whose `issuer` is not exactly `issuer`, because it could supply another issuer's
/// keys, and URLs that are not https. The error is a sentence that repeats nothing of the text.
boost::system::result<IssuerMetadata, std::string> parse_metadata(std::string_view document, std::string_view issuer);

}  // namespace tacit::auth
