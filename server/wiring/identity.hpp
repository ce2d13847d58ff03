// The trusted token issuers of a configuration, and the log lines of their events.
#pragma once

#include <memory>

#include "auth/issuers/issuer.hpp"
#include "auth/issuers/load_issuers.hpp"
#include "http/exchange/protected_resource.hpp"
#include "server/config/config.hpp"

namespace tacit::server {

/// Whether this process checks tokens: the API plane does, the tool plane only with tool-user-token.
bool uses_issuers(const Config& config);

/// Whether every issuer needs tool-audience: on a tool plane with tool-user-token.
auth::ToolAudience tool_audience(Planes planes, bool tool_user_token);

/// Starts the thread that talks to the issuers; null if none are used. Throws UsageError with a sentence that names the
/// file.
std::unique_ptr<auth::Issuers> start_issuers(const Config& config);

/// The document that tells clients how to authenticate.
http::ProtectedResource protected_resource(const Config& config, const auth::Issuers* issuers);

}  // namespace tacit::server
