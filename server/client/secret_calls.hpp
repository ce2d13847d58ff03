// The API's calls that several commands of `tacit client` need.
#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/client/api_session.hpp"

namespace tacit::server {

inline constexpr const char* secrets_path = "/api/v1/secrets/";
inline constexpr const char* api_keys_path = "/api/v1/api-keys/";

/// Percent-encodes everything but unreserved characters (RFC 3986).
std::string url_encoded(std::string_view text);

/// All objects of a list, page by page. `filter`: further parameters, encoded, each with & before it.
std::vector<boost::json::object> list_secrets(ApiSession& session, const std::string& filter);
std::vector<boost::json::object> list_uses(ApiSession& session, const std::string& secret_id);

/// The id of the secret that a user names by its id or its name. Throws CommandFailed if no secret has the name.
std::string find_secret(ApiSession& session, const std::string& id_or_name);

/// The path of a secret: /api/v1/secrets/ID.
std::string secret_path(const std::string& secret_id);

/// The answer that is one secret, with the member `etag` after those of the API.
boost::json::object secret_in(const ApiAnswer& answer);

}  // namespace tacit::server
