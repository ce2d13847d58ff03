// Checks API keys against their tenants' indexes, in both directions.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "store/model/api_key.hpp"
#include "store/model/findings.hpp"
#include "store/rows/row_key.hpp"

namespace tacit::store {

/// Receives all entries of the indexes, then all keys, then finish(). Holds an id and a tenant for each entry.
class ApiKeyIndexCheck {
 public:
  explicit ApiKeyIndexCheck(Findings& findings) : findings_(findings) {}

  /// An entry of a tenant's index; `id` is the part of its key after the kind.
  void entry(const Uuid& tenant, ByteView id, ByteView value);
  /// A stored key; `key` is null if its row could not be read, which was reported.
  void key(std::string_view id, ByteView row, const ApiKey* key);
  /// Call after the last key.
  void finish();

 private:
  void problem(std::string_view id, std::string_view what);

  Findings& findings_;
  std::set<std::pair<std::string, Uuid>> entries_;  ///< entries without a matching key so far
};

}  // namespace tacit::store
