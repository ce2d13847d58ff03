// How long an HTTP answer stays fresh (RFC 9111 sections 4.2 and 5.2).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace tacit::auth {

/// From the values of Cache-Control (those of several fields joined by commas) and Age: max-age less the age, at least
/// zero; zero with no-store or no-cache, or when max-age cannot be read; nothing if there is no max-age. What is said
/// to shared caches alone (s-maxage) is not looked at. At most ten years.
std::optional<std::chrono::seconds> freshness(std::string_view cache_control, std::string_view age);

}  // namespace tacit::auth
