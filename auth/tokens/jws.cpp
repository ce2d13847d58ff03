#include "auth/tokens/jws.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <optional>

#include "auth/tokens/algorithm_names.hpp"
#include "auth/tokens/json_document.hpp"
#include "crypto/text/ascii.hpp"
#include "crypto/text/base64.hpp"

namespace tacit::auth {
namespace {

namespace json = boost::json;
using boost::system::result;

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
};

// Splits at the first two dots. A third dot fails when the third part is decoded, because it is not base64url.
std::optional<Parts> split(std::string_view text) {
  const auto first = text.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = text.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return Parts{text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

// A key that the token itself supplies would verify anything (RFC 8725 section 3.10). The other parameters change the
// signed data, or must be understood to accept the token (RFC 7515 section 4.1.11), and are not supported.
bool is_forbidden(const json::object& header) {
  return std::ranges::any_of(header, [](const json::key_value_pair& member) {
    const std::string_view name(member.key().data(), member.key().size());
    const bool forbidden = name == "jwk" || name == "jku" || name == "x5u" || name == "x5c" || name == "crit" ||
                           name == "b64" || name == "zip";
    return forbidden && !member.value().is_null();
  });
}

// RFC 7515 section 4.1.9: media types are case-insensitive, and `application/` is usually omitted. std::nullopt if the
// type is empty.
std::optional<std::string> media_type(std::string_view text) {
  std::string type = crypto::lower(text);
  if (type.starts_with("application/")) type.erase(0, sizeof "application/" - 1);
  if (type.empty()) return std::nullopt;
  return type;
}

/// The contents of a header.
struct Header {
  crypto::SignatureAlgorithm algorithm{};
  std::string kid;
  std::string type;
};

result<Header, Refusal> judge_header(const json::object& header) {
  Header said;
  if (is_forbidden(header)) return Refusal::forbidden_header;
  const auto alg = text_of(find_member(header, "alg"));
  if (!alg) return Refusal::malformed;
  const auto algorithm = algorithm_of(*alg);
  if (!algorithm) return Refusal::wrong_algorithm;
  said.algorithm = *algorithm;
  if (const json::value* kid = find_member(header, "kid")) {
    const auto text = text_of(kid);
    if (!text || text->size() > max_kid_size) return Refusal::malformed;
    said.kid = *text;
  }
  if (const json::value* typ = find_member(header, "typ")) {
    const auto text = text_of(typ);
    auto type = text ? media_type(*text) : std::nullopt;
    if (!type) return Refusal::malformed;
    said.type = std::move(*type);
  }
  return said;
}

result<Header, Refusal> parse_header(std::string_view encoded) {
  const auto text = crypto::base64url_decode(encoded);
  if (!text) return Refusal::malformed;
  std::array<unsigned char, 1024> nearby;  // not initialised; enough for most headers
  json::monotonic_resource memory(nearby.data(), nearby.size());
  const auto header = parse_json_document(text->text(), text->size(), &memory);
  if (!header || !header->is_object()) return Refusal::malformed;
  return judge_header(header->get_object());
}

// An issuer's tokens have byte-identical headers while it signs with one key, so each thread caches the last valid
// header.
result<Header, Refusal> read_header(std::string_view encoded) {
  constexpr std::size_t most_kept = 1024;
  thread_local std::string last_encoded;
  thread_local Header last;
  if (!encoded.empty() && encoded == last_encoded) return last;
  auto header = parse_header(encoded);
  if (header && encoded.size() <= most_kept) {
    last_encoded = encoded;
    last = *header;
  }
  return header;
}

}  // namespace

result<Jws, Refusal> decode_jws(std::string_view text) {
  const auto parts = split(text);
  if (!parts) return Refusal::malformed;
  auto header = read_header(parts->header);
  if (!header) return header.error();
  auto payload = crypto::base64url_decode(parts->payload);
  auto signature = crypto::base64url_decode(parts->signature);
  if (!payload || !signature) return Refusal::malformed;
  return Jws{.algorithm = header->algorithm,
             .kid = std::move(header->kid),
             .type = std::move(header->type),
             .signed_part = text.substr(0, parts->header.size() + 1 + parts->payload.size()),
             .payload = std::move(*payload),
             .signature = std::move(*signature)};
}

}  // namespace tacit::auth
