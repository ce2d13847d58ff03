// The secrets that may apply to a tool, from the binding index, in the order of their ids, so that reading can continue
// on another snapshot after the last id. The index has one range of entries for each pattern, for defaults and for
// others, and for each key that it uses; each range is in the order of ids, and this class merges them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

/// Used within one transaction. Must not outlive the transaction, the ring, the tenant, or the tool's name.
class BoundSecrets {
 public:
  /// Secrets with a larger id than `after`. `prefixes` are those of the tenant. While a tenant is being moved to
  /// another metadata key, each secret is found once, because it has entries under one key at a time.
  BoundSecrets(Transaction& transaction, const crypto::MetadataKeyring& ring, const Tenant& tenant,
               const PrefixCounts& prefixes, std::string_view tool, const std::optional<Uuid>& after);

  /// Before the tenant's record is read, on an engine that waits: asks for the first entries of the tool's exact name
  /// with that request.
  static void expect_exact(Transaction& transaction, const crypto::TenantKeys& keys, const Uuid& tenant,
                           std::string_view tool, bool is_default);

  /// The next secret that shares an indexed prefix with the tool; the caller checks whether its tool_name matches.
  /// std::nullopt at the end. Fails with `integrity` if the index is wrong.
  Task<Outcome<std::optional<StoredSecret>>> next();

  /// The cost of finding the first secret, in bytes of rows as a slice counts them. 0: negligible.
  std::size_t cost_of_first() const {
    constexpr std::size_t few = 8;
    constexpr std::size_t bytes_as_long_as_a_range = 512;
    return ranges_.size() <= few ? 0 : ranges_.size() * bytes_as_long_as_a_range;
  }

 private:
  struct Range {
    RowKey prefix;
    const crypto::TenantKeys* keys;
    IndexedPattern pattern;
    std::uint8_t entry_class;
    std::vector<Row> rows{};  ///< read ahead
    std::size_t at = 0;       ///< index of the next row
    bool more = true;         ///< there may be further rows after these

    bool empty() const { return at == rows.size(); }
    ByteView id() const { return rows[at].key.subspan(prefix.view().size()); }
  };

  void add_ranges(const crypto::TenantKeys& keys, const IndexedPattern& pattern);
  Task<void> fill(Range& range, std::optional<Uuid> after);
  Task<void> fill_all();
  Task<void> fill_together();
  static RowKey start_of(const Range& range, const std::optional<Uuid>& after);
  Range* smallest();

  Transaction& transaction_;
  const crypto::MetadataKeyring& ring_;
  const Uuid tenant_;
  std::optional<Uuid> after_;
  std::vector<Range> ranges_;
  bool filled_ = false;
};

}  // namespace tacit::store
