// Reads the issuers' file with suggestions for misspelt names, which the caller provides.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "auth/issuers/load_issuers.hpp"

namespace tacit::auth {

/// The end of a sentence about an unknown word, suggesting a similar name; empty if no name is similar.
using Suggest = std::string (*)(std::string_view word, std::span<const std::string> names);

/// Like the functions without `suggest`, which suggest no names.
boost::system::result<std::vector<IssuerConfig>, IssuerConfigError> load_issuers(const std::filesystem::path& file,
                                                                                 Suggest suggest);
std::vector<std::string> find_issuer_faults(const std::filesystem::path& file, Suggest suggest);

}  // namespace tacit::auth
