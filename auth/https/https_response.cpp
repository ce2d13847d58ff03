#include "auth/https/https_response.hpp"

#include <boost/beast/core/string.hpp>

#include <string_view>

#include "crypto/text/ascii.hpp"

namespace tacit::auth {
namespace {

namespace http = boost::beast::http;

using crypto::ends_ignoring_case;
using crypto::equal_ignoring_case;

std::string_view view_of(boost::beast::string_view value) { return {value.data(), value.size()}; }

/// Whether the type has a structured syntax of that name: `x/y+json`, not `+json` alone (RFC 6839).
bool has_suffix(std::string_view type, std::string_view suffix) {
  return type.size() > suffix.size() && ends_ignoring_case(type, suffix);
}

/// Accepts generic types, because static hosts often do not know that a file is JSON.
std::optional<std::string> fault_of_type(std::string_view type) {
  type = crypto::trimmed(type.substr(0, type.find(';')));
  if (equal_ignoring_case(type, "application/jwt") || has_suffix(type, "+jwt")) {
    return "it answered with a signed document (a JWT), which is not supported; JSON is";
  }
  if (type.empty() || equal_ignoring_case(type, "application/json") || equal_ignoring_case(type, "text/plain") ||
      equal_ignoring_case(type, "application/octet-stream") || has_suffix(type, "+json")) {
    return std::nullopt;
  }
  return "it answered with a content type other than JSON";
}

template <class Name>
std::string joined_fields(const HttpsResponse& header, Name name) {
  std::string values;
  const auto [first, last] = header.equal_range(name);
  for (auto field = first; field != last; ++field) {
    if (!values.empty()) values += ", ";
    values.append(field->value().data(), field->value().size());
  }
  return values;
}

}  // namespace

std::optional<std::string> fault_of_header(const HttpsResponse& header) {
  const unsigned status = header.result_int();
  const bool redirects = status >= 300 && status < 400;
  if (status != 200 && !redirects) return "it answered with status " + std::to_string(status);
  return fault_of_form(header);
}

std::optional<std::string> fault_of_form(const HttpsResponse& header) {
  const unsigned status = header.result_int();
  if (status >= 300 && status < 400) {
    return "it answered with a redirect (status " + std::to_string(status) + "), which is not followed";
  }
  const auto coding = header.find(http::field::transfer_encoding);
  if (coding != header.end() && !equal_ignoring_case(view_of(coding->value()), "chunked")) {
    return "its answer is in a transfer coding that is not supported";
  }
  const auto encoding = header.find(http::field::content_encoding);
  if (encoding != header.end() && !equal_ignoring_case(view_of(encoding->value()), "identity")) {
    return "its answer is compressed, which was not asked for";
  }
  return fault_of_type(view_of(header[http::field::content_type]));
}

std::string joined(const HttpsResponse& header, http::field name) { return joined_fields(header, name); }

std::string joined(const HttpsResponse& header, std::string_view name) {
  return joined_fields(header, boost::beast::string_view(name.data(), name.size()));
}

}  // namespace tacit::auth
