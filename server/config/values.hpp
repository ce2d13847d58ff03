// Readers of numbers, sizes, times and addresses as people write them. Each function throws UsageError with the fault
// of the value ("\"x\" is not a whole number"); the caller adds the setting's name.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/ids/uuid.hpp"
#include "server/config/config.hpp"

namespace tacit::server {

/// Decimal digits, from `least` to `most`.
std::uint64_t read_number(std::string_view text, std::uint64_t least, std::uint64_t most);

/// A number of bytes, optionally with K, M, G or T: powers of 1024, also as k, Ki, KB and KiB, and after a blank.
std::uint64_t read_size(std::string_view text, std::uint64_t least, std::uint64_t most);

/// A number of seconds, optionally with s, m, h, d or w.
std::chrono::seconds read_seconds(std::string_view text, std::uint64_t least, std::uint64_t most);

/// A span of time with its unit: 45s, 30m, 12h, 90d or 2w. From 1 second to 100 years.
std::chrono::seconds read_time_span(std::string_view text);

/// `address:port` or `[address]:port`. The address is numeric, or `localhost`, which means 127.0.0.1: a server's
/// address must not depend on a name server.
Endpoint read_endpoint(std::string_view text);

/// The same for an address that is not routed on the internet: loopback, private or link-local.
Endpoint read_private_endpoint(std::string_view text);

/// Networks in CIDR notation, separated by commas or blanks.
http::Networks read_networks(std::string_view text);

/// An https URL of a host and optionally a port, without a path; a trailing slash is removed.
std::string read_public_url(std::string_view text);
/// An issuer's `iss` that browsers can use: https:// and a host, perhaps with a path; or empty.
std::string read_issuer_url(std::string_view text);

/// Origins as browsers write them (`https://app.example.org`, `http://localhost:3000`), separated by commas or blanks.
/// Letters become small.
std::vector<std::string> read_origins(std::string_view text);

bool read_switch(std::string_view text);

std::filesystem::path read_path(std::string_view text);

crypto::Uuid read_uuid(std::string_view text);

/// The value in quotes, with unprintable characters and line breaks replaced, truncated if it is too long or at
/// the start of an API key.
std::string shown(std::string_view text);

}  // namespace tacit::server
