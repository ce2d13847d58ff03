#include "http/exchange/protected_resource.hpp"

#include "auth/model/scope_names.hpp"
#include "http/json/json_writer.hpp"

namespace tacit::http {
namespace {

void write_list(crypto::WipedBytes& out, std::string_view name, const auto& texts) {
  out.append(",");
  write_text(out, name);
  out.append(":[");
  bool first = true;
  for (const auto& text : texts) {
    if (!first) out.append(",");
    first = false;
    write_text(out, text);
  }
  out.append("]");
}

std::string document_of(std::string_view url, const std::vector<std::string>& issuers) {
  crypto::WipedBytes out;
  out.append(R"({"resource":)");
  write_text(out, url);
  write_list(out, "authorization_servers", issuers);
  write_list(out, "scopes_supported", auth::scope_names(store::api_scopes));
  write_list(out, "bearer_methods_supported", std::vector<std::string_view>{"header"});
  out.append(R"(,"resource_name":"Tacit"})");
  return std::string(out.text());
}

}  // namespace

ProtectedResource::ProtectedResource() : ProtectedResource({}, {}) {}

ProtectedResource::ProtectedResource(std::string_view url, std::vector<std::string> issuers) : url_(url) {
  // RFC 9728 section 2 and RFC 8414 section 2: authorization servers have https URLs. A shared secret's issuer may have
  // any name.
  std::erase_if(issuers, [](const std::string& issuer) { return !issuer.starts_with("https://"); });
  if (!url.empty() && !issuers.empty()) {
    challenges_ = WwwAuthenticate(std::string(url) + "/.well-known/oauth-protected-resource");
    document_ = document_of(url, issuers);
  }
}

}  // namespace tacit::http
