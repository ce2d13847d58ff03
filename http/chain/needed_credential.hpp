// The credential that a request needs on its plane, and the header that carries it.
#pragma once

#include "auth/credential.hpp"
#include "auth/model/token_audience.hpp"
#include "http/exchange/exchange.hpp"

namespace tacit::http {

/// Whether the request needs a credential in its head. On the tool plane the certificate is the credential, unless the
/// user's own is required in addition. A request with an invalid certificate is refused anyway.
bool needs_credential(const Exchange& exchange);

/// The plane that a token must be for.
auth::TokenAudience audience_of(const Exchange& exchange);

/// The credential in the head. On the tool plane x-api-key does not count.
auth::Credential credential_of(const Exchange& exchange);

}  // namespace tacit::http
