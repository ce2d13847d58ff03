// The files that an issuer's configuration names, which are read when the server starts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/model/issuer_config.hpp"
#include "auth/tokens/jwk.hpp"

namespace tacit::auth {

/// The limit in bytes of a key set or an issuer's metadata, from any source.
inline constexpr std::size_t largest_key_document = KeySet::most_bytes;

/// Reads a JWKS file (Keys::file). The error is a sentence that names the file.
boost::system::result<KeySet, std::string> load_key_file(const std::filesystem::path& file);

/// A sentence if no key fits any algorithm that the issuer may sign with, so that no token could be verified; else
/// std::nullopt.
std::optional<std::string> find_algorithm_fault(const IssuerConfig& issuer, const KeySet& keys);

/// Reads the issuer's key file with load_key_file and checks it with find_algorithm_fault.
boost::system::result<KeySet, std::string> load_keys(const IssuerConfig& issuer);

struct FileFault {
  const char* setting;   ///< the setting to change, or that names the file
  std::string sentence;  ///< names the file
};

/// A sentence for each skipped key of the issuer's key file, with the file and the reason. Empty if the file cannot be
/// used.
std::vector<std::string> find_skipped_keys(const IssuerConfig& issuer);

/// The faults of an issuer's key file and authorities' file.
std::vector<FileFault> find_file_faults(const IssuerConfig& issuer);

}  // namespace tacit::auth
