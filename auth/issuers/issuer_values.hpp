// The values of the issuers' file: each function converts the text of one setting to members of IssuerConfig and
// returns its fault as a clause; empty if it is valid.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/model/issuer_config.hpp"

namespace tacit::auth {

/// White space that separates words.
inline constexpr std::string_view blank = " \t\r";

/// Removes and returns the first word; empty at the end.
std::string_view next_word(std::string_view& text);

std::string set_keys(IssuerConfig& config, std::string_view value);
std::string set_jwks_url(IssuerConfig& config, std::string_view value);
std::string set_jwks_file(IssuerConfig& config, std::string_view value);
/// Reads the secret from the file, without its final line ends.
std::string set_shared_secret(IssuerConfig& config, std::string_view value);
std::string set_algorithms(IssuerConfig& config, std::string_view value);
std::string set_audience(IssuerConfig& config, std::string_view value);
std::string set_tool_audience(IssuerConfig& config, std::string_view value);
std::string set_headers(IssuerConfig& config, std::string_view value);
std::string set_type(IssuerConfig& config, std::string_view value);
/// Words `word=scope`. The word may contain `=`, a scope's name does not.
std::string set_scope_map(IssuerConfig& config, std::string_view value);
std::string set_default_scopes(IssuerConfig& config, std::string_view value);
std::string set_introspection(IssuerConfig& config, std::string_view value);
/// Reads the secret from the file, without its final line ends.
std::string set_client_secret(IssuerConfig& config, std::string_view value);

namespace detail {

std::string switch_fault(std::string_view value);
/// The fault of a claim's name, or of a path of names separated by dots.
std::string claim_fault(std::string_view value);
/// std::nullopt if the value is not a number of seconds within the limits.
std::optional<std::chrono::seconds> parse_seconds(std::string_view value, std::uint64_t least, std::uint64_t most);
std::string seconds_fault(std::string_view value, std::uint64_t least, std::uint64_t most);

}  // namespace detail

template <auto Member>
std::string set_switch(IssuerConfig& config, std::string_view value) {
  if (auto fault = detail::switch_fault(value); !fault.empty()) return fault;
  config.*Member = value == "on";
  return {};
}

template <auto Member>
std::string set_text(IssuerConfig& config, std::string_view value) {
  config.*Member = value;
  return {};
}

template <auto Member>
std::string set_claim(IssuerConfig& config, std::string_view value) {
  if (auto fault = detail::claim_fault(value); !fault.empty()) return fault;
  config.*Member = value;
  return {};
}

template <auto Member, std::uint64_t Least, std::uint64_t Most>
std::string set_seconds(IssuerConfig& config, std::string_view value) {
  const auto seconds = detail::parse_seconds(value, Least, Most);
  if (!seconds) return detail::seconds_fault(value, Least, Most);
  config.*Member = *seconds;
  return {};
}

}  // namespace tacit::auth
