#include "http/chain/needed_credential.hpp"

namespace tacit::http {

bool needs_credential(const Exchange& exchange) {
  const bool user_token = exchange.services.tool_user_token && exchange.certificate_fault.empty();
  return exchange.route->authenticated && (exchange.plane == Plane::api || user_token);
}

auth::TokenAudience audience_of(const Exchange& exchange) {
  return exchange.plane == Plane::tools ? auth::TokenAudience::tools : auth::TokenAudience::api;
}

auth::Credential credential_of(const Exchange& exchange) {
  const RequestHead& head = exchange.head;
  auth::CredentialHeaders headers;
  if (head.has_token) headers.token = head.token;
  if (head.has_authorization) headers.authorization = head.authorization;
  if (head.has_x_api_key && exchange.plane == Plane::api) headers.x_api_key = head.x_api_key;
  return auth::choose_credential(headers);
}

}  // namespace tacit::http
