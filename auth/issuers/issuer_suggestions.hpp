// Reads the issuers' file for a server: with suggestions for misspelt names, which the caller provides, and with the
// requirements of the server's own settings.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "auth/issuers/load_issuers.hpp"

namespace tacit::auth {

/// The end of a sentence about an unknown word, suggesting a similar name; empty if no name is similar.
using Suggest = std::string (*)(std::string_view word, std::span<const std::string> names);

/// Whether every issuer needs tool-audience, because the tool plane requires users' tokens.
enum class ToolAudience : bool { optional, required };

/// Like the functions without these parameters, which suggest no names and require no tool-audience.
boost::system::result<std::vector<IssuerConfig>, IssuerConfigError> load_issuers(const std::filesystem::path& file,
                                                                                 Suggest suggest,
                                                                                 ToolAudience tool_audience);
std::vector<std::string> find_issuer_faults(const std::filesystem::path& file, Suggest suggest,
                                            ToolAudience tool_audience);

}  // namespace tacit::auth
