#include "auth/https/https_response.hpp"

#include <boost/beast/core/string.hpp>

#include <string_view>

namespace tacit::auth {
namespace {

namespace http = boost::beast::http;

bool same_word(std::string_view a, std::string_view b) {
  return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

/// Accepts generic types, because static hosts often do not know that a file is JSON.
std::optional<std::string> fault_of_type(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  if (same_word(type, "application/jwt") || (type.size() > 4 && same_word(type.substr(type.size() - 4), "+jwt"))) {
    return "it answered with a signed document (a JWT), which is not supported; JSON is";
  }
  if (type.empty() || same_word(type, "application/json") || same_word(type, "text/plain") ||
      same_word(type, "application/octet-stream") ||
      (type.size() > 5 && same_word(type.substr(type.size() - 5), "+json"))) {
    return std::nullopt;
  }
  return "it answered with a content type other than JSON";
}

}  // namespace

std::optional<std::string> fault_of_header(const HttpsResponse& header) {
  const unsigned status = header.result_int();
  if (status >= 300 && status < 400) {
    return "it answered with a redirect (status " + std::to_string(status) + "), which is not followed";
  }
  if (status != 200) return "it answered with status " + std::to_string(status);
  const auto coding = header.find(http::field::transfer_encoding);
  if (coding != header.end() && !boost::beast::iequals(coding->value(), "chunked")) {
    return "its answer is in a transfer coding that is not supported";
  }
  const auto encoding = header.find(http::field::content_encoding);
  if (encoding != header.end() && !boost::beast::iequals(encoding->value(), "identity")) {
    return "its answer is compressed, which was not asked for";
  }
  const auto type = header[http::field::content_type];
  return fault_of_type({type.data(), type.size()});
}

std::string joined(const HttpsResponse& header, http::field name) {
  std::string values;
  const auto [first, last] = header.equal_range(name);
  for (auto field = first; field != last; ++field) {
    if (!values.empty()) values += ", ";
    values.append(field->value().data(), field->value().size());
  }
  return values;
}

}  // namespace tacit::auth
