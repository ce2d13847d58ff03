// Loads the trusted token issuers from a file with one section per issuer:
//
//   [https://id.example.org]              # exactly the tokens' `iss`
//   audience = https://tacit.example.org  # `aud` must contain one of these; required
//   keys = discovery                      # or jwks-url, jwks-file, shared-secret-file
//
// conf/issuers.sample explains every setting. # at the beginning of a word starts a comment.
#pragma once

#include <boost/system/result.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/model/issuer_config.hpp"

namespace tacit::auth {

struct IssuerConfigError {
  IssuerConfigError() = default;  // result::error() default-constructs it without an error
  explicit IssuerConfigError(const std::string& fault) : message(fault), faults(1, fault) {}
  /// `all` has at least one fault.
  explicit IssuerConfigError(std::vector<std::string> all);

  std::string message;              ///< all faults in one line
  std::vector<std::string> faults;  ///< sentences with file and line, in the order of the file
};

/// The end of a sentence about an unknown word, suggesting a similar name; empty if no name is similar.
using Suggest = std::string (*)(std::string_view word, std::span<const std::string> names);

/// Whether every issuer needs tool-audience, because the tool plane requires users' tokens.
enum class ToolAudience : bool { optional, required };

/// Reads the whole file, and the secrets that it names, and reports all faults: settings that are unknown, missing,
/// duplicate, contradictory or without effect, and more than one issuer with introspection, because an opaque token
/// does not name its issuer. With more than one issuer, each must set uuid-users. Does not read key files and
/// authorities' files. Without `suggest`, sentences about misspelt names suggest none.
boost::system::result<std::vector<IssuerConfig>, IssuerConfigError> load_issuers(
    const std::filesystem::path& file, Suggest suggest = nullptr, ToolAudience tool_audience = ToolAudience::optional);
/// The same for the text of a file, with the defaults above.
boost::system::result<std::vector<IssuerConfig>, IssuerConfigError> parse_issuers(std::string_view text,
                                                                                  std::string_view file_name);

/// Notes about a valid file: a sentence for each skipped key of the key files, with the reason. Empty if the file has
/// faults.
std::vector<std::string> find_issuer_notes(const std::filesystem::path& file);

/// All faults of the file and of the files that it names: sentences as in IssuerConfigError; empty if there are
/// none.
std::vector<std::string> find_issuer_faults(const std::filesystem::path& file, Suggest suggest = nullptr,
                                            ToolAudience tool_audience = ToolAudience::optional);

}  // namespace tacit::auth
