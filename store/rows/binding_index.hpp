// The binding index's entries for a tool pattern: a tool's secrets are found without reading the secrets of other
// tools.
//
// A pattern is indexed by its literal prefix: the bytes before its first `*`, shortened to one of at most 89 lengths
// (every length up to 32, then eight per power of two). An exact name is indexed as a whole, separately from the
// prefixes. The tenant record counts the patterns of each prefix length, so a look-up of a tool computes one MAC for
// each used length up to the tool name's, and one for the exact name.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "store/rows/row_key.hpp"

namespace tacit::store {

/// The indexed length of a literal prefix of that many bytes.
std::size_t indexed_length(std::size_t prefix);

struct IndexedPattern {
  bool exact = false;
  std::string_view literal;  ///< the whole name, or the prefix at its indexed length
};
IndexedPattern indexed_pattern(std::string_view tool_name);

/// The common prefix of the index keys of all secrets bound by that pattern.
RowKey binding_prefix(const crypto::TenantKeys& keys, const Uuid& tenant, const IndexedPattern& pattern);
RowKey binding_key(const crypto::TenantKeys& keys, const Uuid& tenant, std::string_view tool_name, bool is_default,
                   const Uuid& id);
/// The class byte that follows the MAC.
constexpr std::uint8_t binding_class(bool is_default) { return is_default ? 0 : 1; }

/// The number of a tenant's patterns for each indexed prefix length; lengths ascend, counts are never 0.
class PrefixCounts {
 public:
  using Entry = std::pair<std::uint16_t, std::uint64_t>;

  void add(std::size_t length);
  void remove(std::size_t length);
  const std::vector<Entry>& entries() const { return entries_; }
  bool operator==(const PrefixCounts&) const = default;

  /// Replaces the content by a stored list; false if the list is not in order or has a count of 0.
  bool assign(std::vector<Entry> entries);

 private:
  std::vector<Entry> entries_;
};

/// All patterns that may be indexed for a tool of that name.
std::vector<IndexedPattern> patterns_to_look_up(const PrefixCounts& counts, std::string_view tool);

}  // namespace tacit::store
