// The error for a truncated or damaged store file.
#pragma once

#include <stdexcept>

namespace tacit::store {

/// The store's file is incomplete, or its pages are not as LMDB wrote them. An exception, because no caller can repair
/// it: a backup has to be restored. The message is one sentence that names the file.
class DamagedStore : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace tacit::store
