// An answer that is one secret.
#pragma once

#include "http/exchange/exchange.hpp"
#include "store/model/secret.hpp"

namespace tacit::http {

/// Of one SecretInfo, so that most answers are allocated once.
inline constexpr std::size_t usual_secret_size = 512;

/// Answers the secret with its entity tag; `full`: with all fields.
void answer_secret(Exchange& exchange, const store::SecretInfo& secret, bool full);

/// Notes for the log and the metrics that something beside a secret's row was found altered in the store, and that the
/// answer does without it.
void note_damage(Exchange& exchange);

/// Says that the answer is the one of an earlier request.
void note_replay(Exchange& exchange);

}  // namespace tacit::http
