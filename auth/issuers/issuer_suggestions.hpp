// The issuers' file read by a caller that knows which name was probably meant by an unknown one.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "auth/issuers/load_issuers.hpp"

namespace tacit::auth {

/// The end of a sentence about a word that is none of the names; empty if it is like none of them.
using Suggest = std::string (*)(std::string_view word, std::span<const std::string> names);

/// As the functions without `suggest`, which suggest nothing.
boost::system::result<std::vector<IssuerConfig>, IssuerConfigError> load_issuers(const std::filesystem::path& file,
                                                                                 Suggest suggest);
std::vector<std::string> find_issuer_faults(const std::filesystem::path& file, Suggest suggest);

}  // namespace tacit::auth
