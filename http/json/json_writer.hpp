// Appends JSON values (RFC 8259) to a body. The caller writes the structure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/ids/uuid.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::http {

/// Writes a string with quotes. The text must be UTF-8; only characters that JSON requires to be escaped are changed.
void write_text(crypto::WipedBytes& out, std::string_view utf8);

/// Writes a string or null.
void write_text_or_null(crypto::WipedBytes& out, const std::optional<std::string>& utf8);

void write_number(crypto::WipedBytes& out, std::uint64_t number);
void write_bool(crypto::WipedBytes& out, bool value);
void write_uuid(crypto::WipedBytes& out, const crypto::Uuid& id);

/// Writes an instant as an RFC 3339 string in UTC with microseconds: "2026-01-31T23:59:59.000001Z". Instants outside
/// the years 0000 to 9999, which RFC 3339 cannot express, are clamped.
void write_time(crypto::WipedBytes& out, std::int64_t microseconds_since_epoch);

/// Writes an instant or null.
void write_time_or_null(crypto::WipedBytes& out, const std::optional<std::int64_t>& instant);

}  // namespace tacit::http
