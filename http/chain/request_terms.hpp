// The header fields that change what a request does: conditions (RFC 9110 section 13) and Idempotency-Key.
#pragma once

#include <optional>

#include "http/exchange/exchange.hpp"
#include "http/exchange/problem.hpp"

namespace tacit::http {

/// The problem of a request with such a field that its route does not take, or of a key that is not valid. None of them
/// is ever ignored: a client that sends one relies on it.
std::optional<Problem> terms_problem(const Exchange& exchange);

}  // namespace tacit::http
