// What an issuer publishes of itself: OpenID Connect Discovery 1.0 and RFC 8414, which share a format and differ in
// where the document is.
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

/// Where to look for the document, in this order: `/.well-known/openid-configuration` after the issuer's path, then
/// `/.well-known/oauth-authorization-server` before it. The error says why the issuer cannot be a URL to ask: it has to
/// be https, without a query.
boost::system::result<std::vector<HttpsUrl>, std::string> metadata_urls(std::string_view issuer);

/// Reads the document. Refuses one whose `issuer` is not exactly this one, for it could hand over another's keys, and
/// addresses that are not https. The error is a sentence that repeats nothing of the text.
boost::system::result<IssuerMetadata, std::string> parse_metadata(std::string_view document, std::string_view issuer);

}  // namespace tacit::auth
