// Checks the rows of uses (store/rows/uses_row.hpp): each can be opened, and belongs to a secret.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "crypto/keyrings/keyring.hpp"
#include "store/model/findings.hpp"
#include "store/rows/uses_row.hpp"

namespace tacit::store {

/// Receives the rows, in the order of their keys, then all secrets, then finish(). Holds 40 bytes for each row.
class UsesCheck {
 public:
  /// Both must outlive this object.
  UsesCheck(const crypto::MetadataKeyring& ring, Findings& findings) : ring_(ring), findings_(findings) {}

  void row(const UsesPlace& place, ByteView row);
  void secret(const Uuid& tenant, const Uuid& secret);
  /// Secrets of that tenant are not checked: its rows go without an order.
  void skip(const Uuid& tenant);
  void finish();

 private:
  struct Noted {
    UsesPlace place;
    bool has_secret = false;
  };

  const crypto::MetadataKeyring& ring_;
  Findings& findings_;
  std::vector<Noted> noted_;
};

}  // namespace tacit::store
