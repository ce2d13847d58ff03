// The trusted issuers of tokens that a configuration names, and what is logged of them.
#pragma once

#include <memory>

#include "auth/issuers/issuer.hpp"
#include "http/exchange/protected_resource.hpp"
#include "server/config/config.hpp"

namespace tacit::server {

/// Whether this process judges tokens: the API plane does, the tool plane only if it wants the user's.
bool uses_issuers(const Config& config);

/// Starts the thread that talks to them; null if there are none to use. Throws UsageError with a sentence that names
/// the file.
std::unique_ptr<auth::Issuers> start_issuers(const Config& config);

/// What clients are told of how to authenticate.
http::ProtectedResource protected_resource(const Config& config, const auth::Issuers* issuers);

}  // namespace tacit::server
