// Writes JSON (RFC 8259) at the end of a body. The caller writes the structure; these write the values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/uuid.hpp"
#include "crypto/wiped.hpp"

namespace tacit::http {

/// A string with its quotes. The text has to be UTF-8; it is taken over but for what JSON wants escaped.
void write_text(crypto::WipedBytes& out, std::string_view utf8);

/// A string, or null.
void write_text_or_null(crypto::WipedBytes& out, const std::optional<std::string>& utf8);

void write_number(crypto::WipedBytes& out, std::uint64_t number);
void write_bool(crypto::WipedBytes& out, bool value);
void write_uuid(crypto::WipedBytes& out, const crypto::Uuid& id);

/// An instant as a string, RFC 3339 in UTC with microseconds: "2026-01-31T23:59:59.000001Z". Instants outside of the
/// years 0000 to 9999, which RFC 3339 cannot say, become the nearest that it can.
void write_time(crypto::WipedBytes& out, std::int64_t microseconds_since_epoch);

}  // namespace tacit::http
