// An answer that is one secret.
#pragma once

#include "http/exchange/exchange.hpp"
#include "store/model/secret.hpp"

namespace tacit::http {

/// Of one SecretInfo, so that most answers are allocated once.
inline constexpr std::size_t usual_secret_size = 512;

/// Answers the secret with its entity tag; `full`: with all fields.
void answer_secret(Exchange& exchange, const store::SecretInfo& secret, bool full);

/// Says that the answer is the one of an earlier request.
void note_replay(Exchange& exchange);

}  // namespace tacit::http
