// The environment variables of `tacit client`. They may be set where a server runs, which ignores them.
#pragma once

#include <array>
#include <string_view>

namespace tacit::server {

struct ClientVariable {
  const char* name;
  const char* option;   ///< the option that it stands for, without dashes
  const char* meaning;  ///< sentences
};

inline constexpr std::array client_variables{
    ClientVariable{"TACIT_CLIENT_URL", "url", "The server's address for `tacit client`, if --url is not given."},
    ClientVariable{"TACIT_CLIENT_KEY_FILE", "key-file",
                   "The file of the API key for `tacit client`, if --key-file is not given."},
    ClientVariable{"TACIT_CLIENT_CA_FILE", "ca-file",
                   "The certificate authorities for `tacit client`, if --ca-file is not given."},
};

/// What the names of these variables begin with.
inline constexpr std::string_view client_variable_prefix = "TACIT_CLIENT_";

constexpr bool is_client_variable(std::string_view name) {
  for (const ClientVariable& variable : client_variables) {
    if (name == variable.name) return true;
  }
  return false;
}

}  // namespace tacit::server
