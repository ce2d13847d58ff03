// UUIDs as requests may write them: the forms that pydantic takes.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "crypto/uuid.hpp"

namespace tacit::http {

/// The id, or why the text is none, in the words of the Rust crate `uuid` (pydantic's parser) but without the
/// characters found. Taken are 8-4-4-4-12 digits, alone, in braces or after `urn:uuid:`, and 32 digits; hexadecimal in
/// either case.
std::variant<crypto::Uuid, std::string> parse_uuid_text(std::string_view text);

}  // namespace tacit::http
