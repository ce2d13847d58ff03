// What a value is bound to where its secret is strict: the binding is part of what the value box is sealed with
// (crypto/envelope/envelope.hpp), so that a process that can change rows cannot bind an old value to another tool.
//
// 1 flags (1: tool_name, 2: tool_arg) ‖ tool_name ‖ tool_arg, each a 4-byte length and its bytes, empty where the flag
// is not set.
#pragma once

#include <optional>
#include <string>

#include "crypto/memory/bytes.hpp"

namespace tacit::store {

struct StoredSecret;  // store/rows/secret_row.hpp

crypto::Bytes binding_of(const std::optional<std::string>& tool_name, const std::optional<std::string>& tool_arg);
/// Of a stored row: empty unless it is strict.
crypto::Bytes binding_of(const StoredSecret& secret);

}  // namespace tacit::store
