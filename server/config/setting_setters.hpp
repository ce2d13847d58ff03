// Setters for the table of settings, one for each type of value, so that the table contains no code.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "server/config/config.hpp"
#include "server/config/values.hpp"

namespace tacit::server {

inline constexpr std::uint64_t day = 86400;  ///< seconds
inline constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
/// A quarter of a process's address space on x86-64.
inline constexpr std::uint64_t most_bytes = std::uint64_t{1} << 46;

template <auto Member>
void set_path(Config& config, std::string_view text) {
  config.*Member = read_path(text);
}
/// An empty value removes a path set by an earlier source.
template <auto Member>
void set_optional_path(Config& config, std::string_view text) {
  config.*Member = text;
}
template <auto Member>
void set_endpoint(Config& config, std::string_view text) {
  config.*Member = read_endpoint(text);
}
template <auto Member>
void set_networks(Config& config, std::string_view text) {
  config.*Member = read_networks(text);
}
template <auto Member>
void set_switch(Config& config, std::string_view text) {
  config.*Member = read_switch(text);
}
template <auto Member, std::uint64_t Least, std::uint64_t Most>
void set_number(Config& config, std::string_view text) {
  using Type = std::remove_reference_t<decltype(config.*Member)>;
  config.*Member = static_cast<Type>(read_number(text, Least, Most));
}
template <auto Member, std::uint64_t Least>
void set_bytes(Config& config, std::string_view text) {
  config.*Member = read_size(text, Least, most_bytes);
}
template <auto Member, std::uint64_t Least, std::uint64_t Most>
void set_seconds(Config& config, std::string_view text) {
  config.*Member = read_seconds(text, Least, Most);
}
template <auto Member>
void set_timeout(Config& config, std::string_view text) {
  config.timeouts.*Member = read_seconds(text, 1, day);
}

}  // namespace tacit::server
