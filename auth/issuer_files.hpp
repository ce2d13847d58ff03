// The files that an issuer's configuration names and that are read when the server starts.
#pragma once

#include <optional>
#include <string>

#include "auth/issuer_config.hpp"
#include "auth/jwk.hpp"

namespace tacit::auth {

/// Bytes of a key set or of an issuer's metadata, wherever they come from.
inline constexpr std::size_t largest_key_document = KeySet::most_bytes;

/// Reads a JWKS file (Keys::file). The error is a sentence that names the file.
boost::system::result<KeySet, std::string> load_key_file(const std::filesystem::path& file);

/// What is wrong with the key file or the authorities' file of an issuer, if anything: a sentence.
std::optional<std::string> find_file_fault(const IssuerConfig& issuer);

}  // namespace tacit::auth
