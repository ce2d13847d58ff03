#include "server/config/values.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "crypto/text/ascii.hpp"
#include "http/log/printable.hpp"
#include "server/config/errors.hpp"

namespace tacit::server {
namespace {

std::optional<std::uint64_t> digits(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void check_range(std::string_view text, std::uint64_t number, std::uint64_t least, std::uint64_t most,
                 const char* unit = "") {
  if (number >= least && number <= most) return;
  throw UsageError(shown(text) + " is not between " + std::to_string(least) + " and " + std::to_string(most) + unit);
}

// "KiB", "kb", "Ki" and "K" all mean 1024; "B" means 1. Returns 0 for an unknown unit.
std::uint64_t size_factor(std::string_view unit) {
  constexpr std::string_view prefixes = "kmgt";
  std::string small = crypto::lower(unit);
  if (small.ends_with('b')) small.pop_back();
  if (small.empty()) return 1;
  const auto power = prefixes.find(small.front());
  if (power == prefixes.npos || (small.size() > 1 && small.substr(1) != "i")) return 0;
  return std::uint64_t{1} << (10 * (power + 1));
}

// The message for an amount above 64 bits; empty if the text is not a number.
std::string too_large(std::string_view text, std::string_view number, std::uint64_t most, const char* unit = "") {
  const bool digits_alone = !number.empty() && number.find_first_not_of("0123456789") == number.npos;
  return digits_alone ? shown(text) + " is too large; the maximum is " + std::to_string(most) + unit : std::string();
}

// Throws UsageError with `fault` or, if that is empty, with `otherwise`.
[[noreturn]] void refuse(std::string fault, std::string_view text, const char* otherwise) {
  throw UsageError(fault.empty() ? shown(text) + otherwise : std::move(fault));
}

std::uint64_t time_factor(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    case 'w':
      return 604800;
    default:
      return 0;
  }
}

// number × factor; std::nullopt if the text is not a number or the product is too large.
std::optional<std::uint64_t> scaled(std::string_view number_text, std::uint64_t factor) {
  const auto number = digits(number_text);
  if (!number || *number > UINT64_MAX / factor) return std::nullopt;
  return *number * factor;
}

// What is wrong with an origin, after its text; empty: nothing. Its letters are small.
std::string origin_fault(std::string_view origin) {
  const std::size_t colon = origin.find("://");
  const auto is_host = [](char c) {
    return crypto::is_letter_or_digit(c) || std::string_view(".-_:[]").find(c) != std::string_view::npos;
  };
  const std::string_view host = colon == origin.npos ? std::string_view() : origin.substr(colon + 3);
  const bool named = colon != origin.npos && colon > 0 && std::ranges::all_of(origin.substr(0, colon), [](char c) {
                       return crypto::is_letter_or_digit(c) || c == '+' || c == '-' || c == '.';
                     });
  if (!named || host.empty() || !std::ranges::all_of(host, is_host)) {
    return " is not an origin: a scheme and a host, perhaps a port, and no path (such as https://app.example.org)";
  }
  const bool usual_port = (origin.starts_with("https://") && host.ends_with(":443")) ||
                          (origin.starts_with("http://") && host.ends_with(":80"));
  return usual_port ? " has the scheme's usual port, which browsers leave out" : std::string();
}

}  // namespace

std::uint64_t read_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto number = digits(text);
  if (!number) refuse(too_large(text, text, most), text, " is not a whole number");
  check_range(text, *number, least, most);
  return *number;
}

std::uint64_t read_size(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto unit = std::min(text.find_first_not_of(' ', end), text.size());
  // Blanks are allowed only before a unit.
  const std::uint64_t factor = unit > end && unit == text.size() ? 0 : size_factor(text.substr(unit));
  const auto size = factor == 0 ? std::nullopt : scaled(text.substr(0, end), factor);
  if (!size) {
    refuse(factor == 0 ? "" : too_large(text, text.substr(0, end), most), text,
           " is not a number of bytes (such as 4096, 512K, 64M or 16G)");
  }
  check_range(text, *size, least, most);
  return *size;
}

std::chrono::seconds read_seconds(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const std::uint64_t factor = text.empty() ? 0 : time_factor(text.back());
  const auto number = factor == 0 ? digits(text) : scaled(text.substr(0, text.size() - 1), factor);
  if (!number) {
    refuse(too_large(text, factor == 0 ? text : text.substr(0, text.size() - 1), most, " seconds"), text,
           " is not a number of seconds (such as 90, 90s, 5m or 2h)");
  }
  check_range(text, *number, least, most, " seconds");
  return std::chrono::seconds(*number);
}

std::chrono::seconds read_time_span(std::string_view text) {
  constexpr std::uint64_t century = std::uint64_t{100} * 366 * 86400;
  const std::uint64_t factor = text.empty() ? 0 : time_factor(text.back());
  const auto span = factor == 0 ? std::nullopt : scaled(text.substr(0, text.size() - 1), factor);
  if (!span && (factor == 0 || too_large(text, text.substr(0, text.size() - 1), century).empty())) {
    throw UsageError(shown(text) + " is not a span of time (such as 45s, 30m, 12h, 90d or 2w)");
  }
  if (!span || *span == 0 || *span > century) throw UsageError(shown(text) + " is not between 1s and 100 years");
  return std::chrono::seconds(*span);
}

Endpoint read_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto port = colon == std::string_view::npos ? std::nullopt : digits(text.substr(colon + 1));
  if (!port || *port > UINT16_MAX) throw UsageError(shown(text) + " is not address:port");
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  if (error || address.is_v6() != bracketed) {
    throw UsageError(shown(text) + " has no numeric address (such as 127.0.0.1:8443 or [::1]:8443)");
  }
  return Endpoint{std::string(host), static_cast<std::uint16_t>(*port)};
}

Endpoint read_private_endpoint(std::string_view text) {
  Endpoint endpoint = read_endpoint(text);
  if (http::is_private(boost::asio::ip::make_address(endpoint.host))) return endpoint;
  throw UsageError(shown(text) + " is not a loopback, private or link-local address, which is required without TLS");
}

http::Networks read_networks(std::string_view text) {
  auto networks = http::Networks::parse(text);
  if (!networks) throw UsageError(shown(networks.error().text) + " " + networks.error().why);
  return std::move(*networks);
}

std::string read_public_url(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  std::string_view url = text.ends_with('/') ? text.substr(0, text.size() - 1) : text;
  const auto plain = [](char c) {
    return crypto::is_letter_or_digit(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  };
  const std::string_view host = url.starts_with(scheme) ? url.substr(scheme.size()) : std::string_view();
  if (host.empty() || !std::all_of(host.begin(), host.end(), plain)) {
    throw UsageError(shown(text) + " is not https:// and a host, without a path");
  }
  return std::string(url);
}

std::string read_issuer_url(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  const auto plain = [](char c) {
    return crypto::is_letter_or_digit(c) || std::string_view(".-:[]/_~%").find(c) != std::string_view::npos;
  };
  const bool whole = text.starts_with(scheme) && text.size() > scheme.size() && text[scheme.size()] != '/';
  if (!text.empty() && !(whole && std::all_of(text.begin(), text.end(), plain))) {
    throw UsageError(shown(text) + " is not https:// and a host, perhaps with a path");
  }
  return std::string(text);
}

std::vector<std::string> read_origins(std::string_view text) {
  constexpr std::string_view separators = ", \t";
  std::vector<std::string> origins;
  while (!(text = crypto::trimmed(text, separators)).empty()) {
    const std::string_view origin = text.substr(0, text.find_first_of(separators));
    if (const std::string fault = origin_fault(crypto::lower(origin)); !fault.empty()) {
      throw UsageError(shown(origin) + fault);
    }
    origins.push_back(crypto::lower(origin));
    text.remove_prefix(origin.size());
  }
  return origins;
}

bool read_switch(std::string_view text) {
  if (text == "on") return true;
  if (text == "off") return false;
  throw UsageError(shown(text) + " is neither on nor off");
}

std::filesystem::path read_path(std::string_view text) {
  if (text.empty()) throw UsageError("the path is empty");
  return std::filesystem::path(text);
}

crypto::Uuid read_uuid(std::string_view text) {
  const auto id = crypto::parse_uuid(text);
  if (!id) throw UsageError(shown(text) + " is not a UUID");
  return *id;
}

std::string shown(std::string_view text) {
  constexpr std::size_t longest = 80;
  constexpr std::string_view api_key = "tct_";
  // An API key in the wrong place must stay secret.
  const auto key = text.find(api_key);
  const std::string_view visible = key == text.npos ? text : text.substr(0, key + api_key.size());
  std::string result = "\"";
  // A character that is cut in the middle is omitted.
  http::append_printable(result, visible.substr(0, longest), {.continues = visible.size() > longest});
  return result + (key != text.npos || visible.size() > longest ? "…\"" : "\"");
}

}  // namespace tacit::server
