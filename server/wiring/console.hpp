// What the console needs of a configuration and of its issuers.
#pragma once

#include <string>
#include <vector>

#include "auth/issuers/issuer.hpp"
#include "http/console/console_pages.hpp"
#include "server/config/config.hpp"

namespace tacit::server {

/// For the people's pages. An issuer that is not among `issuers`, as after a faulty reload, is left out: then they sign
/// in with API keys.
http::ConsolePages console_pages(const Config& config, const auth::Issuers* issuers);

/// What is wrong with the console's settings together; empty if nothing is.
std::vector<std::string> find_console_problems(const Config& config);

}  // namespace tacit::server
