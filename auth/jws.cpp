#include "auth/jws.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <optional>

#include "auth/algorithm_names.hpp"
#include "auth/json_document.hpp"
#include "crypto/base64.hpp"

namespace tacit::auth {
namespace {

namespace json = boost::json;
using boost::system::result;

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
};

// Three parts with two dots between them. A fourth part fails when the third is decoded, for a dot is not base64url.
std::optional<Parts> split(std::string_view text) {
  const auto first = text.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = text.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return Parts{text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

// A key of the token's own choice would verify anything (RFC 8725 section 3.10); the others change what was signed or
// have to be understood by whoever accepts the token (RFC 7515 section 4.1.11), and none of them is.
bool is_forbidden(const json::object& header) {
  return std::ranges::any_of(header, [](const json::key_value_pair& member) {
    const std::string_view name(member.key().data(), member.key().size());
    return name == "jwk" || name == "jku" || name == "x5u" || name == "x5c" || name == "crit" || name == "b64" ||
           name == "zip";
  });
}

// RFC 7515 section 4.1.9: media types are compared without regard to case, and `application/` is usually left out.
// Nothing for one that says nothing.
std::optional<std::string> media_type(std::string_view text) {
  std::string type(text);
  std::ranges::transform(type, type.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  if (type.starts_with("application/")) type.erase(0, sizeof "application/" - 1);
  if (type.empty()) return std::nullopt;
  return type;
}

// Fills in what the header says.
std::optional<Refusal> read_header(const json::object& header, Jws& jws) {
  if (is_forbidden(header)) return Refusal::forbidden_header;
  const json::value* alg = header.if_contains("alg");
  if (alg == nullptr || !alg->is_string()) return Refusal::malformed;
  const auto algorithm = algorithm_of({alg->get_string().data(), alg->get_string().size()});
  if (!algorithm) return Refusal::wrong_algorithm;
  jws.algorithm = *algorithm;
  if (const json::value* kid = header.if_contains("kid")) {
    if (!kid->is_string() || kid->get_string().size() > max_kid_size) return Refusal::malformed;
    jws.kid.assign(kid->get_string().data(), kid->get_string().size());
  }
  if (const json::value* typ = header.if_contains("typ")) {
    if (!typ->is_string()) return Refusal::malformed;
    auto type = media_type({typ->get_string().data(), typ->get_string().size()});
    if (!type) return Refusal::malformed;
    jws.type = std::move(*type);
  }
  return std::nullopt;
}

}  // namespace

result<Jws, Refusal> decode_jws(std::string_view text) {
  const auto parts = split(text);
  if (!parts) return Refusal::malformed;
  const auto header_text = crypto::base64url_decode(parts->header);
  if (!header_text) return Refusal::malformed;
  const auto header = parse_json_document(header_text->text(), header_text->size());
  if (!header || !header->is_object()) return Refusal::malformed;
  Jws jws;
  if (const auto refusal = read_header(header->get_object(), jws)) return *refusal;
  auto payload = crypto::base64url_decode(parts->payload);
  auto signature = crypto::base64url_decode(parts->signature);
  if (!payload || !signature) return Refusal::malformed;
  jws.signed_part = text.substr(0, parts->header.size() + 1 + parts->payload.size());
  jws.payload = std::move(*payload);
  jws.signature = std::move(*signature);
  return jws;
}

}  // namespace tacit::auth
