// The API's forms of a secret: nine fields, or all of them; never the value.
#pragma once

#include "crypto/memory/wiped.hpp"
#include "store/model/secret.hpp"
#include "store/model/secret_version.hpp"

namespace tacit::http {

/// Appends the SecretInfo object. Its `user_id` is the tenant.
void write_secret(crypto::WipedBytes& out, const store::SecretInfo& secret);

/// The same with the four fields of the full view.
void write_full_secret(crypto::WipedBytes& out, const store::SecretInfo& secret);

/// Appends a version of a secret.
void write_version(crypto::WipedBytes& out, const store::SecretVersion& version);

}  // namespace tacit::http
