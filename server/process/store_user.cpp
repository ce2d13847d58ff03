#include "server/process/store_user.hpp"

#include <linux/capability.h>
#include <pwd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <vector>

#include "crypto/memory/process.hpp"
#include "server/config/errors.hpp"
#include "server/process/apart.hpp"
#include "server/process/user_rights.hpp"

namespace tacit::server {
namespace {

constexpr const char* shared_store_user = "tacit-store";  // conf/systemd/sysusers.conf
constexpr uid_t nobody = 65534;
constexpr gid_t nogroup = 65534;

template <class Look>
std::optional<passwd> look_up(std::vector<char>& buffer, const Look& look) {
  passwd entry{};
  passwd* found = nullptr;
  buffer.resize(16384);
  if (look(&entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return std::nullopt;
  return entry;
}

std::string user_name() {
  std::vector<char> buffer;
  const auto entry = look_up(buffer, [](auto... rest) { return ::getpwuid_r(::getuid(), rest...); });
  return entry ? entry->pw_name : std::to_string(::getuid());
}

/// Whether the id is mapped in this user namespace. `map`: a file described in user_namespaces(7).
bool is_known(const char* map, std::uint64_t number) {
  std::ifstream lines(map);
  std::uint64_t first = 0;
  std::uint64_t outside = 0;
  std::uint64_t count = 0;
  while (lines >> first >> outside >> count) {
    if (number >= first && number - first < count) return true;
  }
  return false;
}

/// False in a user namespace without other users. Its root has only the rights of the user that created it.
bool can_become(const UserRights& rights) {
  std::string groups;
  std::getline(std::ifstream("/proc/self/setgroups"), groups);
  return groups != "deny" && is_known("/proc/self/uid_map", rights.user) &&
         is_known("/proc/self/gid_map", rights.group);
}

UserRights rights_for(const store::FileOwner& owner) {
  UserRights rights;
  rights.user = owner.user;
  if (owner.user == 0) {
    std::vector<char> buffer;
    const auto entry = look_up(buffer, [](auto... rest) { return ::getpwnam_r(shared_store_user, rest...); });
    rights.user = entry && entry->pw_uid != 0 ? entry->pw_uid : nobody;
  }
  rights.group = owner.group != 0 ? owner.group : nogroup;
  rights.groups = {rights.group};
  return rights;
}

/// Whether this process runs as root and may change its user. In a unit without capabilities, root may not.
bool may_give_up_root() {
  if (::geteuid() != 0) return false;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> held{};
  if (::syscall(SYS_capget, &header, held.data()) != 0) return false;
  constexpr unsigned needed = (1U << CAP_SETUID) | (1U << CAP_SETGID);
  return (held[0].effective & needed) == needed;
}

}  // namespace

std::optional<std::string> become_store_user(const store::FileOwner& owner) {
  if (!may_give_up_root() || (owner.user == 0 && !owner.shared)) return std::nullopt;
  const UserRights rights = rights_for(owner);
  if (!can_become(rights)) return std::nullopt;
  operator_name();
  try {
    become(rights);
  } catch (const CommandFailed& error) {
    return error.what();
  }
  // The change of the user has reset both.
  crypto::harden_process();
  end_with_parent();
  return std::nullopt;
}

const std::string& operator_name() {
  static const std::string name = user_name();
  return name;
}

}  // namespace tacit::server
