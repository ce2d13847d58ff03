#include "server/process/user_rights.hpp"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "server/config/errors.hpp"
#include "server/config/values.hpp"

namespace tacit::server {
namespace {

constexpr std::size_t entry_size = 16384;
constexpr int most_groups = 65536;

std::optional<unsigned> number_of(const std::string& text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == static_cast<unsigned>(-1)) return {};
  return number;
}

gid_t find_group(const std::string& name) {
  std::vector<char> buffer(entry_size);
  group entry{};
  group* found = nullptr;
  if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->gr_gid;
  }
  if (const auto number = number_of(name)) return *number;
  throw UsageError("there is no group " + shown(name));
}

void refuse(const char* what) {
  throw CommandFailed(std::string("cannot give up root: ") + what + ": " + std::strerror(errno));
}

void drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0) refuse("capset");
}

}  // namespace

UserRights find_user(const std::string& name, const std::vector<std::string>& further_groups) {
  std::vector<char> buffer(entry_size);
  passwd entry{};
  passwd* found = nullptr;
  const auto number = number_of(name);
  if (number) {
    ::getpwuid_r(*number, &entry, buffer.data(), buffer.size(), &found);
  } else {
    ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  }
  if (found == nullptr) throw UsageError("there is no user " + shown(name));
  UserRights rights{found->pw_name, found->pw_uid, found->pw_gid, {}};
  int count = 64;
  rights.groups.resize(static_cast<std::size_t>(count));
  while (::getgrouplist(found->pw_name, found->pw_gid, rights.groups.data(), &count) < 0 && count < most_groups) {
    count = std::max(count, static_cast<int>(rights.groups.size()) * 2);
    rights.groups.resize(static_cast<std::size_t>(count));
  }
  rights.groups.resize(static_cast<std::size_t>(count));
  for (const std::string& group : further_groups) rights.groups.push_back(find_group(group));
  return rights;
}

void require_root() {
  if (::geteuid() != 0) throw UsageError("--as needs root: only root may become another user");
}

void become(const UserRights& rights) {
  require_root();
  if (::setgroups(rights.groups.size(), rights.groups.data()) != 0) refuse("setgroups");
  if (::setresgid(rights.group, rights.group, rights.group) != 0) refuse("setresgid");
  if (::setresuid(rights.user, rights.user, rights.user) != 0) refuse("setresuid");
  if (rights.user != 0) drop_capabilities();
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) refuse("no_new_privs");
}

}  // namespace tacit::server
