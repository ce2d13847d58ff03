// The JSON bodies of error answers, except those of faults (http/json/faults.hpp).
#pragma once

#include <string>
#include <string_view>

#include "crypto/memory/wiped.hpp"
#include "http/exchange/exchange.hpp"
#include "http/exchange/problem_table.hpp"
#include "store/model/outcome.hpp"

namespace tacit::http {

/// Appends `{"detail": sentence}`.
void write_detail(crypto::WipedBytes& body, std::string_view sentence);

/// The row's sentence, completed with facts of the request and the route.
std::string sentence_of(const Exchange& exchange, const ProblemRow& row);

/// Appends the body of a 413: the tenant's secrets would exceed its quota. Numbers are bytes. `place` begins the
/// sentence.
void write_quota_body(crypto::WipedBytes& body, const store::QuotaDetail& quota, std::string_view place = {});

/// Appends the body of a 413: the tenant would have too many secrets. `place` likewise.
void write_secrets_limit_body(crypto::WipedBytes& body, const store::QuotaDetail& secrets, std::string_view place = {});

}  // namespace tacit::http
