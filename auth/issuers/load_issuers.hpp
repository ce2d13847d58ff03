// The issuers of tokens that are trusted, from a file with a section for each:
//
//   [https://id.example.org]              # exactly the tokens' `iss`
//   audience = https://tacit.example.org  # one of these has to be in `aud`; needed
//   keys = discovery                      # or jwks-url, jwks-file, shared-secret-file
//
// conf/issuers.sample explains every name. # at the beginning of a word starts a comment.
#pragma once

#include <boost/system/result.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "auth/model/issuer_config.hpp"

namespace tacit::auth {

struct IssuerConfigError {
  IssuerConfigError() = default;  // result::error() makes one where there is none
  explicit IssuerConfigError(const std::string& fault) : message(fault), faults(1, fault) {}
  /// Of one at least.
  explicit IssuerConfigError(std::vector<std::string> all);

  std::string message;              ///< all the faults in one line
  std::vector<std::string> faults;  ///< in the order of the file, a sentence each, with the file and line
};

/// Reads the file, and the secrets that it names, to its end whatever is wrong. Refuses what is unknown, missing,
/// twice, contradictory, or without effect; more than one issuer with introspection, for an opaque token does not say
/// whose it is. Does not look at the files of keys and authorities.
boost::system::result<std::vector<IssuerConfig>, IssuerConfigError> load_issuers(const std::filesystem::path& file);
boost::system::result<std::vector<IssuerConfig>, IssuerConfigError> parse_issuers(std::string_view text,
                                                                                  std::string_view file_name);

/// What can be used so, and is still worth knowing: each key of the key files that is passed over, and why. Sentences;
/// none if the file is no good.
std::vector<std::string> find_issuer_notes(const std::filesystem::path& file);

/// All that is wrong with the file and the files that it names: sentences as IssuerConfigError has them; none if
/// it is good.
std::vector<std::string> find_issuer_faults(const std::filesystem::path& file);

}  // namespace tacit::auth
