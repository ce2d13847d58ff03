// The default secrets that may apply to any of several tools, from the binding index. Tools whose names begin alike
// share ranges of the index, so each range is read once, and each secret is opened once. The ranges are read one after
// the other, and reading can continue on another snapshot.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/model/release.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

/// One bit for each tool of a request.
using ToolSet = std::uint64_t;
static_assert(most_tools <= 64);

/// The ranges, and how far they are read. Does not depend on a snapshot, except that the prefixes of the tenant's
/// patterns and its metadata keys must still be the same.
class BoundDefaults {
 public:
  /// `prefixes` are those of the tenant.
  BoundDefaults(const Tenant& tenant, PrefixCounts prefixes);

  /// Adds a tool; its name must outlive this. All are added before the first secret is read.
  void add(std::size_t tool, std::string_view name);
  /// Whether the tenant's metadata keys are those of the ranges.
  bool fits(const Tenant& tenant) const;

 private:
  friend class BoundDefaultsReader;
  struct Range {
    RowKey prefix;
    const crypto::TenantKeys* keys;
    IndexedPattern pattern;
    ToolSet tools = 0;
  };

  void add(const IndexedPattern& pattern, ToolSet tool);

  const Uuid tenant_;
  const std::shared_ptr<const crypto::TenantKeys> keys_;
  const std::shared_ptr<const crypto::TenantKeys> previous_keys_;
  const PrefixCounts prefixes_;
  /// While a tenant is being moved to another metadata key, the ranges of its previous key come before those of its
  /// present one: a secret that is moved meanwhile may be found twice, but is not missed.
  std::vector<Range> ranges_;
  std::unordered_map<std::string_view, std::size_t> exact_;  ///< the first range of a pattern
  std::unordered_map<std::string_view, std::size_t> prefix_;
  std::size_t at_ = 0;         ///< the range that is being read
  std::optional<Uuid> after_;  ///< the last secret of it that was read
};

/// Reads them within one transaction. Must not outlive the transaction, the ring or the ranges.
class BoundDefaultsReader {
 public:
  BoundDefaultsReader(Transaction& transaction, const crypto::MetadataKeyring& ring, BoundDefaults& defaults)
      : transaction_(transaction), ring_(ring), defaults_(defaults) {}

  /// A step: the next secret, or the end of a range, or of the last one.
  struct Step {
    std::optional<StoredSecret> secret{};  ///< shares an indexed prefix with `tools`; its tool_name may match or not
    ToolSet tools = 0;
    bool ended = false;
  };
  /// Fails with `integrity` if the index is wrong.
  Task<Outcome<Step>> next();

 private:
  using Range = BoundDefaults::Range;

  Task<void> read_ahead();
  Task<void> read_more();
  void expect_secrets(const std::vector<Row>& rows) const;
  RowKey start_of(std::size_t range) const;
  Task<Outcome<StoredSecret>> load(const Range& range, Row entry);

  Transaction& transaction_;
  const crypto::MetadataKeyring& ring_;
  BoundDefaults& defaults_;
  std::size_t first_ = 0;               ///< the range of rows_.front()
  std::vector<std::vector<Row>> rows_;  ///< entries read ahead, of the ranges from there on
  std::size_t row_ = 0;                 ///< the next entry of the present range
};

}  // namespace tacit::store
