// The user that a root command becomes before it works on a store that other users can write to.
//
// LMDB trusts the content of its files. Data from a compromised plane must not exploit a root process, so a command
// permanently gives up root, in the whole process, before LMDB reads the files; it reads its keyrings before. A command
// that needs root afterwards works on the store in a child (server/process/apart.hpp).
#pragma once

#include <optional>
#include <string>

#include "store/lmdb/environment/store_files.hpp"

namespace tacit::server {

/// Becomes the owner of the files or, for root's files that a group can write, `tacit-store` or `nobody`, with only
/// that group. No effect if only root can write to the store, or if the process may not change its user. Returns the
/// reason of a failure. Call it with one thread.
std::optional<std::string> become_store_user(const store::FileOwner& owner);

/// The name of the process's user at the first call, which precedes any change of the user.
const std::string& operator_name();

}  // namespace tacit::server
