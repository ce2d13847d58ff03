#include "http/console/console_assets.hpp"

#include "http/console/console_files.hpp"

namespace tacit::http {

std::optional<ConsoleAsset> find_console_asset(std::string_view name) {
  if (name == "console.js") {
    return ConsoleAsset{.content_type = "text/javascript; charset=utf-8",
                        .bytes = console_script(),
                        .gzip = console_script_gzip(),
                        .hash = console_script_hash()};
  }
  if (name == "console.css") {
    return ConsoleAsset{.content_type = "text/css; charset=utf-8",
                        .bytes = console_style(),
                        .gzip = console_style_gzip(),
                        .hash = console_style_hash()};
  }
  if (name == "icon.svg") {
    return ConsoleAsset{.content_type = "image/svg+xml",
                        .bytes = console_icon(),
                        .gzip = console_icon_gzip(),
                        .hash = console_icon_hash()};
  }
  return std::nullopt;
}

}  // namespace tacit::http
