// The permissions of a key file: its owner, mode and access control list. Private to crypto/.
#pragma once

#include <filesystem>
#include <string_view>

#include <sys/types.h>

#include "crypto/files/keyring_result.hpp"

namespace tacit::crypto {

/// "file: why".
KeyringError refuse(const std::filesystem::path& file, std::string_view why);
/// "file: what: the system's message for `error`" (an errno).
KeyringError system_refuses(const std::filesystem::path& file, std::string_view what, int error);

/// Fails unless the open file is regular, belongs to this process's user or root, and has none of the permission bits
/// `forbidden`. With an access control list, the bits of group and others are those of the list's own entries.
KeyringResult<void> check_access(const std::filesystem::path& file, int descriptor, mode_t forbidden);

/// Gives the open file `to` the owner, group, mode and access control list of the open file `from`, in an order that
/// never permits more in between. `file` is the name for messages.
KeyringResult<void> copy_access(const std::filesystem::path& file, int from, int to);

}  // namespace tacit::crypto
