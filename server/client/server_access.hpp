// The server that `tacit client` talks to, and the key that it shows: from options and the client's variables.
#pragma once

#include <boost/program_options/options_description.hpp>

#include <chrono>
#include <filesystem>
#include <string>

#include "auth/https/https_url.hpp"
#include "crypto/memory/wiped.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"

namespace tacit::server {

struct ServerAccess {
  auth::HttpsUrl url;              ///< its target is the prefix of all paths, without a slash at the end
  crypto::WipedBytes key;          ///< one line of visible ASCII
  std::filesystem::path key_file;  ///< for messages
  std::filesystem::path ca_file;   ///< empty: the system's authorities
  std::chrono::seconds timeout{};  ///< of one request with its repetitions
};

/// Adds --url, --key-file, --ca-file and --timeout.
void add_server_access(boost::program_options::options_description& own);

/// Reads the key's file. Warns on standard error if every user of the machine can read it. Throws UsageError.
ServerAccess server_access(const Arguments& arguments, const Environment& environment);

}  // namespace tacit::server
