// The secrets that may apply to a tool, by the binding index, in the order of their ids: so that reading can go on on
// another snapshot after the last one seen. The index has a range of entries for each pattern, for defaults and others,
// and for each key that it is made with; each range is in that order, and this merges them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

/// Within one transaction, which it must not outlive; nor the ring, the tenant, and the tool's name.
class BoundSecrets {
 public:
  /// Those with a larger id than `after`. Of a tenant that is on its way to another metadata key each is found once,
  /// for it has entries under one key at a time.
  BoundSecrets(Transaction& transaction, const crypto::MetadataKeyring& ring, const Tenant& tenant,
               std::string_view tool, bool only_defaults, const std::optional<Uuid>& after);

  /// The next secret that shares an indexed prefix with the tool; whether its tool_name covers it is for the caller to
  /// see. Nothing at the end. Fails with `integrity` if the index does not tell the truth.
  Task<Outcome<std::optional<StoredSecret>>> next();

  /// What finding the first secret costs, in bytes of rows as a slice counts them. 0: nothing to speak of.
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
    std::size_t at = 0;       ///< of them: the next
    bool more = true;         ///< there may be further rows behind them

    bool empty() const { return at == rows.size(); }
    ByteView id() const { return rows[at].key.subspan(prefix.view().size()); }
  };

  void add_ranges(const crypto::TenantKeys& keys, const IndexedPattern& pattern, bool only_defaults);
  Task<void> fill(Range& range, std::optional<Uuid> after);
  Task<void> fill_all();
  Range* smallest();

  Transaction& transaction_;
  const crypto::MetadataKeyring& ring_;
  const Uuid tenant_;
  std::optional<Uuid> after_;
  std::vector<Range> ranges_;
  bool filled_ = false;
};

}  // namespace tacit::store
