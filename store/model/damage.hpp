// That the store's file itself is short or damaged.
#pragma once

#include <stdexcept>

namespace tacit::store {

/// The store's file is not whole, or its pages are not what LMDB wrote. An exception, because no caller can repair it:
/// a backup has to be restored. One sentence, which names the file.
class DamagedStore : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace tacit::store
