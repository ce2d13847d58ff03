// The check of API keys against their tenants' indexes, both ways.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "store/model/api_key.hpp"
#include "store/rows/row_key.hpp"
#include "store/verify/findings.hpp"

namespace tacit::store {

/// Fed with all entries of the indexes, then with all keys, then finished. Holds an id and a tenant for each entry.
class ApiKeyIndexCheck {
 public:
  explicit ApiKeyIndexCheck(Findings& findings) : findings_(findings) {}

  /// An entry of a tenant's index; `id` is what follows the kind in its key.
  void entry(const Uuid& tenant, ByteView id, ByteView value);
  /// A stored key; `key` is null if its row, which was reported, could not be read.
  void key(std::string_view id, ByteView row, const ApiKey* key);
  /// After the last key.
  void finish();

 private:
  void problem(std::string_view id, std::string_view what);

  Findings& findings_;
  std::set<std::pair<std::string, Uuid>> entries_;  ///< those that no key has claimed yet
};

}  // namespace tacit::store
