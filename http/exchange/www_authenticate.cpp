// The `WWW-Authenticate` field (RFC 6750 section 3, RFC 9728 section 5.1).
#include "http/exchange/protected_resource.hpp"

namespace tacit::http {

std::string ProtectedResource::challenge_scope(std::string_view scope) const {
  std::string error = ", error=\"insufficient_scope\", scope=\"";
  error.append(scope).append("\"");
  return challenge_with(error);
}

std::string ProtectedResource::challenge_with(std::string_view error) const {
  std::string line = "WWW-Authenticate: Bearer realm=\"tacit\"";
  line.append(error).append(link_).append("\r\n");
  return line;
}

}  // namespace tacit::http
