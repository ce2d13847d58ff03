// The keyrings of a process for its store.
#pragma once

#include <memory>

#include "crypto/keyring.hpp"

namespace tacit::store {

/// Shared, immutable.
struct StoreKeys {
  std::shared_ptr<const crypto::RootPublicKeyring> root_public;
  std::shared_ptr<const crypto::MetadataKeyring> metadata;
  std::shared_ptr<const crypto::RootPrivateKeyring> root_private;  ///< null on the API plane
};

}  // namespace tacit::store
