// The cursor of a list: the last id of the previous page. It is opaque to clients.
#pragma once

#include <optional>
#include <string_view>

#include "crypto/ids/uuid.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::http {

/// Returns nullopt for a text that was not returned by a list.
std::optional<crypto::Uuid> read_list_cursor(std::string_view text);

/// Appends the JSON of the cursor: a string, or null on the last page.
void write_list_cursor(crypto::WipedBytes& out, const std::optional<crypto::Uuid>& last_of_page);

}  // namespace tacit::http
