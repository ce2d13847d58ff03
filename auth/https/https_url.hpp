// An `https` URL (RFC 3986, RFC 9110 section 4.2.2) taken apart, as strictly as asking there needs.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace tacit::auth {

struct HttpsUrl {
  HttpsUrl() = default;  // no aggregate: a result<HttpsUrl, std::string> could not tell its error from its host

  std::string host;  ///< a name in lower case, or an address; IPv6 without its brackets
  std::uint16_t port = 443;
  std::string target;  ///< path and query as given, at least "/"

  /// As the Host field says it: brackets round IPv6, the port unless it is 443.
  std::string authority() const;
};

/// At most 2048 bytes of printable ASCII; no user, no fragment. The error is a sentence without a subject ("is no https
/// URL") that repeats nothing of the text.
boost::system::result<HttpsUrl, std::string> parse_https_url(std::string_view text);

}  // namespace tacit::auth
