// The head of an answer.
#pragma once

#include <string_view>

#include "crypto/memory/wiped.hpp"
#include "http/exchange/exchange.hpp"

namespace tacit::http {

/// Appends the status line and fields of `exchange.response` to `out`, ended by the empty line. `keep_alive`: whether
/// the connection stays open. A body that is produced while it is sent has no length: over HTTP/1.1 it is chunked.
void append_head(crypto::WipedBytes& out, const Exchange& exchange, std::string_view date, bool keep_alive);

}  // namespace tacit::http
