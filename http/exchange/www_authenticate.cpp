#include "http/exchange/www_authenticate.hpp"

namespace tacit::http {

WwwAuthenticate::WwwAuthenticate(std::string_view metadata_url) {
  if (!metadata_url.empty()) link_.append(", resource_metadata=\"").append(metadata_url).append("\"");
  missing_ = with_error({});
  invalid_ = with_error(", error=\"invalid_token\"");
}

std::string WwwAuthenticate::scope_lacking(std::string_view scope) const {
  std::string error = ", error=\"insufficient_scope\", scope=\"";
  error.append(scope).append("\"");
  return with_error(error);
}

std::string WwwAuthenticate::with_error(std::string_view error) const {
  std::string line = "WWW-Authenticate: Bearer realm=\"tacit\"";
  line.append(error).append(link_).append("\r\n");
  return line;
}

}  // namespace tacit::http
