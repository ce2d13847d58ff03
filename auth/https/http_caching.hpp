// The freshness lifetime of an HTTP response (RFC 9111 sections 4.2 and 5.2).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace tacit::auth {

/// The lifetime from the values of Cache-Control (several fields joined by commas) and Age: max-age minus the age, at
/// least zero and at most ten years. Zero with no-store or no-cache, or if max-age is malformed; std::nullopt without
/// max-age. s-maxage, which is for shared caches, is ignored.
std::optional<std::chrono::seconds> freshness(std::string_view cache_control, std::string_view age);

}  // namespace tacit::auth
