#include "auth/issuers/issuer_metadata.hpp"

#include <boost/json/value.hpp>

#include "auth/issuers/issuer_files.hpp"
#include "auth/tokens/json_document.hpp"
#include "crypto/files/text_file.hpp"

namespace tacit::auth {
namespace {

namespace json = boost::json;
using boost::system::result;

/// std::nullopt if the field is missing.
result<std::optional<HttpsUrl>, std::string> read_url(const json::object& document, const char* name) {
  const json::value* field = find_member(document, name);
  if (field == nullptr) return std::optional<HttpsUrl>();
  const auto text = text_of(field);
  if (!text) return std::string("its metadata has a ") + name + " that is not a string";
  auto url = parse_https_url(*text);
  if (url.has_error()) return std::string("its metadata has a ") + name + " that " + url.error();
  return std::optional<HttpsUrl>(std::move(*url));
}

}  // namespace

result<std::vector<HttpsUrl>, std::string> metadata_urls(std::string_view issuer) {
  auto url = parse_https_url(issuer);
  if (url.has_error()) return "the issuer " + url.error();
  std::string path = url->target;
  if (path.find('?') != std::string::npos) return std::string("the issuer is a URL with a query");
  if (path.ends_with('/')) path.pop_back();
  std::vector<HttpsUrl> urls(2, *url);
  urls[0].target = path + "/.well-known/openid-configuration";
  urls[1].target = "/.well-known/oauth-authorization-server" + path;
  return urls;
}

result<IssuerMetadata, std::string> parse_metadata(std::string_view document, std::string_view issuer) {
  const auto parsed = parse_json_document(crypto::without_byte_order_mark(document), largest_key_document);
  if (!parsed || !parsed->is_object()) return std::string("its metadata is not a JSON object");
  const json::object& fields = parsed->get_object();
  const auto named = text_of(find_member(fields, "issuer"));
  if (!named) return std::string("its metadata does not name the issuer");
  if (*named != issuer) {
    return std::string("its metadata names another issuer than the one configured");
  }
  auto jwks = read_url(fields, "jwks_uri");
  if (jwks.has_error()) return jwks.error();
  auto introspection = read_url(fields, "introspection_endpoint");
  if (introspection.has_error()) return introspection.error();
  return IssuerMetadata{std::move(*jwks), std::move(*introspection)};
}

}  // namespace tacit::auth
