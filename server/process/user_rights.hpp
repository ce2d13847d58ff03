// Becoming a user for good, to see what that user's processes may do.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace tacit::server {

struct UserRights {
  std::string name;
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;  ///< all of them, the first one too
};

/// The user of that name or number, with its groups, and those beside. Throws UsageError if one is not known.
UserRights find_user(const std::string& name, const std::vector<std::string>& further_groups);

/// Gives up root and every capability, for good and in the whole process. Call it with one thread. Throws UsageError if
/// this process is not root's, CommandFailed if the kernel refuses.
void become(const UserRights& rights);

}  // namespace tacit::server
