// The texts that people write for numbers, sizes, times and addresses. Each function throws UsageError with what is
// wrong about the value ("\"x\" is not a whole number"); the caller puts the setting's name before it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "crypto/uuid.hpp"
#include "server/config/config.hpp"

namespace tacit::server {

/// Decimal digits, from `least` to `most`.
std::uint64_t read_number(std::string_view text, std::uint64_t least, std::uint64_t most);

/// A number of bytes, optionally with K, M, G or T: powers of 1024, also as k, Ki, KB and KiB, and after a blank.
std::uint64_t read_size(std::string_view text, std::uint64_t least, std::uint64_t most);

/// A number of seconds, optionally with s, m, h, d or w.
std::chrono::seconds read_seconds(std::string_view text, std::uint64_t least, std::uint64_t most);

/// A span of time with its unit: 45s, 30m, 12h, 90d or 2w. More than nothing, at most 100 years.
std::chrono::seconds read_time_span(std::string_view text);

/// `address:port` or `[address]:port`. The address is numeric, or `localhost`, which stands for 127.0.0.1: what a
/// server listens on must not depend on what a name server answers.
Endpoint read_endpoint(std::string_view text);

/// The same, of an address that no router of the internet carries: loopback, private or link-local.
Endpoint read_private_endpoint(std::string_view text);

/// Networks in CIDR notation, separated by commas or blanks.
http::Networks read_networks(std::string_view text);

/// An https URL of a host and perhaps a port, without a path; a last slash is taken off.
std::string read_public_url(std::string_view text);

bool read_switch(std::string_view text);

std::filesystem::path read_path(std::string_view text);

crypto::Uuid read_uuid(std::string_view text);

/// The value between quotes, with what could not be printed on one line replaced, and cut where it is too
/// long or an API key begins.
std::string shown(std::string_view text);

}  // namespace tacit::server
