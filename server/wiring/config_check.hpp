// What keeps a configuration from being served: what is missing, cannot be read, or does not belong together.
#pragma once

#include <string>
#include <vector>

#include "server/config/config.hpp"

namespace tacit::server {

/// Looks at every file that `serve` would use with this configuration, except the store, and at no other: with plane
/// api the root private keyring stays closed. A sentence for each problem; none if all is well.
std::vector<std::string> find_problems(const Config& config);

/// What can be served so, and is still not what most operators want: sentences.
std::vector<std::string> find_notes(const Config& config);

/// Those of them that are about certificates and CRLs: expired, of another name, a chain in the wrong order.
std::vector<std::string> find_certificate_notes(const Config& config);

/// The keys of issuers' key files that are passed over, and why: sentences. A running server logs them when it reads
/// the files.
std::vector<std::string> find_key_notes(const Config& config);

/// What keeps the store from being opened with the configured keys; none if it can be. Only once find_problems finds
/// none.
std::vector<std::string> find_store_problems(const Config& config);

}  // namespace tacit::server
