// The console's script, style sheet and icon, as the build has embedded them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tacit::http {

/// A file to answer. The texts are of static storage, or live as long as the ConsolePages that they come from.
struct ConsoleAsset {
  std::string_view content_type;
  std::string_view bytes;
  std::string_view gzip;  ///< the same, compressed; empty: only as it is
  std::string_view hash;  ///< of the content: what its ETag is made of
};

/// By the last segment of its path; std::nullopt if there is no such file.
std::optional<ConsoleAsset> find_console_asset(std::string_view name);

}  // namespace tacit::http
