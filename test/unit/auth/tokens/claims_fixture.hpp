// Verdicts on a token's claims and on an issuer's answer to an introspection.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "auth/tokens/json_document.hpp"
#include "test/unit/auth/tokens/token_fixture.hpp"

namespace tacit::auth::test {

using Grant = boost::system::result<TokenGrant, Refusal>;

inline UnverifiedToken token_with(std::string_view payload, std::string type = {}) {
  UnverifiedToken token;
  token.claims = parse_json_document(payload, payload.size())->as_object();
  token.type = std::move(type);
  return token;
}

inline Grant judged(std::string_view payload, const IssuerConfig& config = issuer_config(),
                    std::chrono::system_clock::time_point at = now) {
  return judge_claims(token_with(payload), config, at);
}

inline Grant introspected(std::string_view answer, const IssuerConfig& config = issuer_config()) {
  return judge_introspection(parse_json_document(answer, answer.size())->as_object(), config, now);
}

}  // namespace tacit::auth::test
