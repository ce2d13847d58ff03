// A deployment that accepts the tokens of an issuer with a key file, and tokens of that issuer.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "test/integration/support/shared_server.hpp"
#include "test/integration/tokens/token_signer.hpp"

namespace tacit::test {

inline const std::string issuer = "https://id.test";
inline const std::string audience = "https://tacit.test";
inline const std::string tool_audience = "https://tools.tacit.test";
inline const std::string with_tool_audience = "tool-audience = " + tool_audience + "\n";

/// The options of `tacit api-key create` for a key of the tool plane.
inline const std::vector<std::string> tools_use = {"--scope", "tools:use"};

/// A deployment that accepts the tokens of `signer`.
struct Trusting {
  explicit Trusting(const std::string& issuer_settings = "", const Settings& settings = {}) : deployment(settings) {
    put_keys(signer);
    write_file(deployment.folder() / "issuers", "[" + issuer + "]\naudience = " + audience +
                                                    "\njwks-file = " + keys().string() + "\n" + issuer_settings);
    deployment.configure({{"issuers", (deployment.folder() / "issuers").string()}});
  }

  std::filesystem::path keys() const { return deployment.folder() / "issuer.jwks"; }
  void put_keys(const TokenSigner& of) const { write_file(keys(), of.jwks()); }

  TokenSigner signer{"first"};
  Deployment deployment;
};

/// The claims of a token for the API plane.
inline boost::json::object claims_of(const std::string& user) {
  return {{"iss", issuer}, {"aud", audience}, {"sub", user}, {"scope", "secrets:read secrets:write"}};
}

/// The claims of a token for the tool plane.
inline boost::json::object tool_claims_of(const std::string& user) {
  boost::json::object claims = claims_of(user);
  claims["aud"] = tool_audience;
  return claims;
}

inline int list_status(const Server& server, const Headers& credential) {
  return HttpsClient(server.api_client()).request("GET", secrets_path, credential).status;
}

inline Headers bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }

inline const boost::json::value new_secret = {{"secret_name", "n"},
                                              {"secret_value", "the value"},
                                              {"tool_name", "tool"},
                                              {"tool_arg", "a"},
                                              {"is_default_for_tool", true}};

}  // namespace tacit::test
