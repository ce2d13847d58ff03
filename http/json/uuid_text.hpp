// Parses UUIDs in requests, in the forms that pydantic accepts.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "crypto/ids/uuid.hpp"

namespace tacit::http {

/// The id, or the fault in the wording of the Rust crate `uuid` (pydantic's parser), but without the characters found.
/// Accepts 8-4-4-4-12 hexadecimal digits, alone, in braces or after `urn:uuid:`, and 32 digits; in either case.
std::variant<crypto::Uuid, std::string> parse_uuid_text(std::string_view text);

}  // namespace tacit::http
