// The API's form of an API key.
#pragma once

#include <string_view>

#include "crypto/memory/wiped.hpp"
#include "store/model/api_key.hpp"

namespace tacit::http {

/// Appends the object. `text` is the key itself, which only the answer that creates it contains; empty: without it.
void write_api_key(crypto::WipedBytes& out, const store::ApiKey& key, std::string_view text = {});

}  // namespace tacit::http
