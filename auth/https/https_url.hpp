// Parses an `https` URL (RFC 3986, RFC 9110 section 4.2.2) as strictly as sending a request to it requires.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace tacit::auth {

struct HttpsUrl {
  HttpsUrl() = default;  // not an aggregate: result<HttpsUrl, std::string> would be ambiguous

  std::string host;  ///< a name in lower case, or an address; IPv6 without its brackets
  std::uint16_t port = 443;
  std::string target;  ///< path and query as given, at least "/"

  /// The value of the Host field: IPv6 in brackets; the port unless it is 443.
  std::string authority() const;
};

/// Accepts at most 2048 bytes of printable ASCII without user and fragment. The error is a sentence without a subject
/// ("is not an https URL") and repeats nothing of the text.
boost::system::result<HttpsUrl, std::string> parse_https_url(std::string_view text);

}  // namespace tacit::auth
