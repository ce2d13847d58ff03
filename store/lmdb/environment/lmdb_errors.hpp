// The error codes of LMDB and of the system that a write can return, and their meaning for the caller.
#pragma once

#include <cerrno>

#include "store/model/outcome.hpp"

namespace tacit::store {

/// Whether an error means a lack of room: on the disk, under a quota or under a file size limit.
constexpr bool is_want_of_room(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

/// Maps an LMDB error to the caller's error. All errors except a lack of space mean that the store can no longer be
/// trusted.
Errc errc_of(int lmdb_code);

}  // namespace tacit::store
