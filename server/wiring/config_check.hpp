// Checks of a configuration: missing, unreadable and inconsistent files and settings.
#pragma once

#include <string>
#include <vector>

#include "server/config/config.hpp"

namespace tacit::server {

/// Checks every file that `serve` would use with this configuration, except the store, and no others: with plane api
/// the root private keyring stays closed. Returns one sentence per problem.
std::vector<std::string> find_problems(const Config& config);

/// Sentences about a usable configuration that most operators do not want.
std::vector<std::string> find_notes(const Config& config);

/// Sentences about keyrings that this user can read and that a server of this plane does not open: wrong ones, with
/// which commands, or a server of the other plane, would fail. For `check-config` alone, because a server does not open
/// them.
std::vector<std::string> find_command_notes(const Config& config);

/// The notes about certificates and CRLs only: expired, wrong name, chain in the wrong order.
std::vector<std::string> find_certificate_notes(const Config& config);

/// Sentences about the skipped keys of issuers' key files, with reasons. A running server logs them when it reads the
/// files.
std::vector<std::string> find_key_notes(const Config& config);

/// Problems that prevent opening the store with the configured keys. Opens it in a child process
/// (server/process/apart.hpp). Call it only if find_problems returns no problem, and with one thread. Appends to
/// `notes` what is wrong with a store that is served all the same.
std::vector<std::string> find_store_problems(const Config& config, std::vector<std::string>& notes);

}  // namespace tacit::server
