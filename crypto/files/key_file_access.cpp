#include "crypto/files/key_file_access.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "crypto/memory/bytes.hpp"

namespace tacit::crypto {
namespace {

std::string octal(mode_t mode) {
  std::string text = "0";
  for (int shift = 6; shift >= 0; shift -= 3) text += static_cast<char>('0' + ((mode >> shift) & 7));
  return text;
}

// The access control list in the kernel's format: a 4-byte version (2), then entries of 8 bytes, all little-endian; see
// include/uapi/linux/posix_acl_xattr.h of Linux.
constexpr char acl_name[] = "system.posix_acl_access";
constexpr std::size_t acl_header = 4;
constexpr std::size_t acl_entry = 8;
enum AclTag : unsigned {
  acl_user_obj = 0x01,
  acl_user = 0x02,
  acl_group_obj = 0x04,
  acl_mask = 0x10,
  acl_other = 0x20
};

unsigned little_endian(ByteView bytes) {
  unsigned number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) number = (number << 8) | bytes[i];
  return number;
}

struct Permissions {
  mode_t mode = 0;
  bool by_list = false;  ///< an access control list permits more than the mode does
};

// The file's permission bits. With an access control list, st_mode shows the list's mask as the group's bits, so an
// entry for this process's user alone would look like an open group. Bits for any other user count as the group's.
Permissions permissions(int descriptor, const struct stat& status) {
  std::array<std::uint8_t, acl_header + 32 * acl_entry> list;
  const ssize_t size = ::fgetxattr(descriptor, acl_name, list.data(), list.size());
  const mode_t mode = status.st_mode & 07777;
  if (size < 0 && errno != ERANGE) return {mode};  // no list, or a file system without lists
  if (size < static_cast<ssize_t>(acl_header) || list[0] != 2) return {mode};
  mode_t group = 0;
  const ByteView entries = ByteView(list).first(static_cast<std::size_t>(size));
  for (std::size_t at = acl_header; at + acl_entry <= entries.size(); at += acl_entry) {
    const unsigned tag = little_endian(entries.subspan(at, 2));
    const unsigned bits = little_endian(entries.subspan(at + 2, 2)) & 7;
    const bool own = tag == acl_user && little_endian(entries.subspan(at + 4, 4)) == ::geteuid();
    const bool anybody_else = tag != acl_user_obj && tag != acl_mask && tag != acl_other && !own;
    if (anybody_else) group |= static_cast<mode_t>(bits << 3);
  }
  return {(mode & ~mode_t{070}) | group, true};
}

// "g-wx,o=": chmod's argument to remove the forbidden bits.
std::string chmod_of(mode_t too_much, mode_t forbidden) {
  std::string text;
  for (const auto& [who, shift] : {std::pair{'u', 6}, std::pair{'g', 3}, std::pair{'o', 0}}) {
    const mode_t mine = (forbidden >> shift) & 7;
    if (((too_much >> shift) & 7) == 0) continue;
    text.append(text.empty() ? "" : ",").append(1, who).append(mine == 7 ? "=" : "-");
    for (const auto& [letter, bit] : {std::pair{'r', 4U}, std::pair{'w', 2U}, std::pair{'x', 1U}}) {
      if (mine != 7 && (mine & bit) != 0) text += letter;
    }
  }
  return text;
}

// Whether the file is the root public keyring, which every process may read: to close it would be the wrong remedy.
bool is_public_ring(int descriptor) {
  std::array<char, 64> begin;
  const ssize_t size = ::pread(descriptor, begin.data(), begin.size(), 0);
  if (size <= 0) return false;
  const std::string_view text(begin.data(), static_cast<std::size_t>(size));
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  return line.starts_with("tacit-keyring ") && line.ends_with(" root-public");
}

// Which users have too many permissions on the file, and the remedy.
std::string why_too_open(const std::filesystem::path& file, const Permissions& found, mode_t forbidden) {
  const mode_t too_much = found.mode & forbidden;
  const bool owner_alone = (forbidden & S_IRWXG) == S_IRWXG;
  std::string who = owner_alone ? "its group may use it" : "its group may do more than read it";
  if ((too_much & S_IRWXO) != 0) {
    who = owner_alone ? "users other than its owner may use it" : "users other than its owner and group may ";
    if (!owner_alone) who += (forbidden & S_IRWXO) == S_IRWXO ? "use it" : "do more than read it";
  }
  if (found.by_list && (too_much & S_IRWXG) != 0) {
    return "its access control list gives users other than its owner too many permissions: setfacl -b " + file.string();
  }
  return who + " (mode " + octal(found.mode) + "): chmod " + chmod_of(too_much, forbidden) + " " + file.string();
}

}  // namespace

KeyringError refuse(const std::filesystem::path& file, std::string_view why) {
  return {file.string() + ": " + std::string(why)};
}

KeyringError system_refuses(const std::filesystem::path& file, std::string_view what, int error) {
  return refuse(file, std::string(what) + ": " + std::generic_category().message(error));
}

KeyringResult<void> check_access(const std::filesystem::path& file, int descriptor, mode_t forbidden) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return system_refuses(file, "its status cannot be read", errno);
  if (S_ISDIR(status.st_mode)) return refuse(file, "is a folder, not a keyring file");
  if (!S_ISREG(status.st_mode)) return refuse(file, "is not a regular file");
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return refuse(file, "belongs to user " + std::to_string(status.st_uid) +
                            ", not to root or to this process's user " + std::to_string(::geteuid()));
  }
  const Permissions found = permissions(descriptor, status);
  if ((found.mode & forbidden) == 0) return {};
  if ((forbidden & S_IROTH) != 0 && is_public_ring(descriptor)) {
    return refuse(file,
                  "is the root public keyring, which has no private keys; leave its mode as it is, and name the "
                  "keyring that is meant");
  }
  return refuse(file, why_too_open(file, found, forbidden));
}

KeyringResult<void> copy_access(const std::filesystem::path& file, int from, int to) {
  struct stat status {};
  if (::fstat(from, &status) != 0) return system_refuses(file, "its status cannot be read", errno);
  if (::fchown(to, status.st_uid, status.st_gid) != 0) {
    return system_refuses(file, "the owner and group of its replacement cannot be set", errno);
  }
  if (::fchmod(to, status.st_mode & 07777) != 0)
    return system_refuses(file, "the mode of its replacement cannot be set", errno);
  // The list comes last, because it also sets the mode's bits.
  std::array<std::uint8_t, 4096> list;
  const ssize_t size = ::fgetxattr(from, acl_name, list.data(), list.size());
  if (size < 0) {
    if (errno == ENODATA || errno == ENOTSUP) return {};
    return system_refuses(file, "its access control list cannot be read", errno);
  }
  if (::fsetxattr(to, acl_name, list.data(), static_cast<std::size_t>(size), 0) == 0) return {};
  return system_refuses(file, "the access control list of its replacement cannot be set", errno);
}

}  // namespace tacit::crypto
