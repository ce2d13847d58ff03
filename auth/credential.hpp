// Which of a request's headers carries its credential. Exactly one decides, so that no proxy or client can be made to
// have another one tried: the first present of `token`, `Authorization`, `x-api-key`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

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

/// The credential that decides. A header that is present counts, even if it is empty: then the request has a
/// credential, and a bad one. Today the text is good only as an API key, in whichever header; anything else in it is a
/// refusal.
Credential choose_credential(const CredentialHeaders& headers);

}  // namespace tacit::auth
