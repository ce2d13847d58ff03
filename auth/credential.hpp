// Which of a request's headers carries its credential. Exactly one decides, so that no proxy or client can be made to
// have another one tried: the first present of `token`, `Authorization`, `x-api-key`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/digest.hpp"

namespace tacit::auth {

/// The values of the three headers as received; nothing for one that was not sent.
struct CredentialHeaders {
  std::optional<std::string_view> token{};
  std::optional<std::string_view> authorization{};
  std::optional<std::string_view> x_api_key{};
};

struct Credential {
  enum class Kind : std::uint8_t { none, token, authorization, x_api_key };
  Kind kind = Kind::none;
  std::string_view text{};  ///< without spaces around it and without `Bearer`; may be empty; into the header's value

  bool present() const { return kind != Kind::none; }
};

/// What tells credentials apart without keeping them: of an API key the SHA-256 of its secret part, which is what the
/// store has of it; of anything else that of the whole text. Computed once a request.
crypto::Digest credential_digest(std::string_view text);

/// The credential that decides. A header that is present counts, even if it is empty: then the request has a
/// credential, and a bad one.
Credential choose_credential(const CredentialHeaders& headers);

}  // namespace tacit::auth
