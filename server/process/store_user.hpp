// The user as whom a command of root works on a store that others write to.
//
// LMDB trusts what is in its files. What a fallen process of the planes wrote into them must not run as root, so a
// command gives up root, for good and in the whole process, before LMDB looks into the files; its keyrings it has read
// by then. A command that needs root afterwards does its part with the store in a child (server/process/apart.hpp).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "store/lmdb/environment/store_files.hpp"

namespace tacit::server {

/// Whether this process is root's and may become another user. In a unit without capabilities root may not.
bool may_give_up_root();

/// Whether this process would give up root for that store: somebody but root writes to it, as far as can be seen.
bool gives_up_root_for(const std::filesystem::path& store);

/// Becomes the user that the files belong to; of files of root's that a group may write, `tacit-store`, else `nobody`,
/// with that group alone. Does nothing where root alone writes to the store, nor in a process that may not. Answers why
/// it failed. Call it with one thread.
std::optional<std::string> become_store_user(const store::FileOwner& owner);

/// The name of the user whose process this was when it was first asked for, which is before it becomes another's.
const std::string& operator_name();

}  // namespace tacit::server
