// An answer's head, as it goes out before the body.
#pragma once

#include <string_view>

#include "crypto/wiped.hpp"
#include "http/exchange.hpp"

namespace tacit::http {

/// Appends the status line and fields of `exchange.response` to `out`, ended by the empty line. `keep_alive`: whether
/// the connection stays open.
void append_head(crypto::WipedBytes& out, const Exchange& exchange, std::string_view date, bool keep_alive);

}  // namespace tacit::http
