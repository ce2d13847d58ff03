// Permanently becoming another user, for example to check that user's access.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace tacit::server {

struct UserRights {
  std::string name;
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;  ///< all groups, including the primary one
};

/// The user with that name or number, with its groups and `further_groups`. Throws UsageError if one is unknown.
UserRights find_user(const std::string& name, const std::vector<std::string>& further_groups);

/// Throws UsageError if this process does not run as root, which --as needs.
void require_root();

/// Permanently gives up root and every capability in the whole process. Call it with one thread. Throws UsageError if
/// this process does not run as root, CommandFailed if the kernel refuses.
void become(const UserRights& rights);

}  // namespace tacit::server
