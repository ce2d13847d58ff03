#include "auth/https/https_url.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

#include "crypto/text/ascii.hpp"

namespace tacit::auth {
namespace {

constexpr std::size_t longest_url = 2048;
constexpr std::size_t longest_host = 253;

bool is_in_name(char c) { return crypto::is_lower(c) || crypto::is_digit(c) || c == '-' || c == '.' || c == '_'; }

/// The characters that RFC 3986 allows in a path or query. The characters after a `%` are not checked.
bool is_in_target(char c) {
  return c > ' ' && c < '\x7f' && std::string_view("\"#<>\\^`{|}").find(c) == std::string_view::npos;
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const char* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, port);
  if (error != std::errc() || stopped != end || port == 0) return std::nullopt;
  return port;
}

/// The host, and the rest: empty, or a colon and a port.
struct HostAndRest {
  std::string host;
  std::string_view rest;
};

std::optional<HostAndRest> split_host(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view text = authority.substr(1, end - 1);
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address_v6(std::string(text), error);
    if (error || text.find('%') != std::string_view::npos) return std::nullopt;
    return HostAndRest{address.to_string(), authority.substr(end + 1)};
  }
  const std::size_t end = std::min(authority.find(':'), authority.size());
  std::string host = crypto::lower(authority.substr(0, end));
  if (host.empty() || host.size() > longest_host || !std::all_of(host.begin(), host.end(), is_in_name)) {
    return std::nullopt;
  }
  return HostAndRest{std::move(host), authority.substr(end)};
}

}  // namespace

std::string HttpsUrl::authority() const {
  std::string text = host.find(':') != std::string::npos ? "[" + host + "]" : host;
  if (port != 443) text += ":" + std::to_string(port);
  return text;
}

boost::system::result<HttpsUrl, std::string> parse_https_url(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  if (text.size() > longest_url) return "is longer than " + std::to_string(longest_url) + " bytes";
  if (!crypto::equal_ignoring_case(text.substr(0, scheme.size()), scheme)) {
    return std::string("is not an https URL");
  }
  text.remove_prefix(scheme.size());
  const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
  const std::string_view authority = text.substr(0, end);
  const std::string_view target = text.substr(end);
  if (authority.find('@') != std::string_view::npos) return std::string("is a URL with user information");
  auto host = split_host(authority);
  if (!host) return std::string("is a URL without a valid host");
  HttpsUrl url;
  url.host = std::move(host->host);
  if (!host->rest.empty()) {
    const auto port = host->rest.front() == ':' ? parse_port(host->rest.substr(1)) : std::nullopt;
    if (!port) return std::string("is a URL without a valid port");
    url.port = *port;
  }
  if (!std::all_of(target.begin(), target.end(), is_in_target)) {
    return std::string("is a URL with a fragment, or with characters that a URL cannot have");
  }
  url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  return url;
}

}  // namespace tacit::auth
