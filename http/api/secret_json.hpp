// The API's form of a secret: nine fields, never the value.
#pragma once

#include "crypto/memory/wiped.hpp"
#include "store/model/secret.hpp"

namespace tacit::http {

/// Appends the SecretInfo object. Its `user_id` is the tenant.
void write_secret(crypto::WipedBytes& out, const store::SecretInfo& secret);

}  // namespace tacit::http
