// The files that an issuer's configuration names and that are read when the server starts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/model/issuer_config.hpp"
#include "auth/tokens/jwk.hpp"

namespace tacit::auth {

/// Bytes of a key set or of an issuer's metadata, wherever they come from.
inline constexpr std::size_t largest_key_document = KeySet::most_bytes;

/// Reads a JWKS file (Keys::file). The error is a sentence that names the file.
boost::system::result<KeySet, std::string> load_key_file(const std::filesystem::path& file);

/// Why no token of the issuer could be verified with these keys: none of them takes an algorithm that it may sign with.
/// A sentence; nothing if one does.
std::optional<std::string> find_algorithm_fault(const IssuerConfig& issuer, const KeySet& keys);

/// Reads the issuer's key file and judges it as both do.
boost::system::result<KeySet, std::string> load_keys(const IssuerConfig& issuer);

struct FileFault {
  const char* setting;   ///< the one that has to be changed, or that names the file
  std::string sentence;  ///< names the file
};

/// Each key of the issuer's key file that was passed over, and why: sentences that name the file. None if the file is
/// no good.
std::vector<std::string> find_skipped_keys(const IssuerConfig& issuer);

/// What is wrong with the key file and the authorities' file of an issuer.
std::vector<FileFault> find_file_faults(const IssuerConfig& issuer);

}  // namespace tacit::auth
