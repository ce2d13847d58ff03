// Selects the request header that carries the credential: the first that is present of `token`, `Authorization`,
// `x-api-key`. The others are ignored, so no proxy or client can cause a second credential to be tried.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/primitives/digest.hpp"

namespace tacit::auth {

/// The values of the three headers as received; std::nullopt for a header that was not sent.
struct CredentialHeaders {
  std::optional<std::string_view> token{};
  std::optional<std::string_view> authorization{};
  std::optional<std::string_view> x_api_key{};
};

struct Credential {
  enum class Kind : std::uint8_t { none, token, authorization, x_api_key };
  Kind kind = Kind::none;
  std::string_view text{};  ///< trimmed, without `Bearer`; may be empty; points into the header's value

  bool present() const { return kind != Kind::none; }
};

/// Identifies a credential without storing it: the SHA-256 of an API key's secret part, as in the store, or of the
/// whole text of any other credential. Computed once per request.
crypto::Digest credential_digest(std::string_view text);

/// The credential to judge. An empty header counts as present: the request then has a malformed credential.
Credential choose_credential(const CredentialHeaders& headers);

}  // namespace tacit::auth
