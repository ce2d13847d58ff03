// A transaction on etcd: a snapshot at one revision, of which it knows what was asked for so far, under the changes of
// earlier writes of the batch and its own. A read of something that is not known is suspended; the owner asks etcd for
// `wants`, adds the answer to the snapshot, and resumes it.
#pragma once

#include <coroutine>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "store/etcd/audit/audit_rows.hpp"
#include "store/etcd/engine/audit_position.hpp"
#include "store/etcd/engine/engine_context.hpp"
#include "store/etcd/engine/overlay.hpp"
#include "store/etcd/engine/read_set.hpp"
#include "store/etcd/engine/read_snapshot.hpp"

namespace tacit::store::etcd {

/// For one thread at a time. Must not be destroyed before the task of its work.
class EtcdTransaction final : public Transaction {
 public:
  /// A read.
  EtcdTransaction(EngineContext& context, ReadSnapshot& snapshot) : context_(context), snapshot_(snapshot) {}
  /// A write over the changes of earlier ones (null: none), which do not change meanwhile.
  EtcdTransaction(EngineContext& context, ReadSnapshot& snapshot, const Overlay* earlier)
      : context_(context), snapshot_(snapshot), earlier_(earlier), writes_(true) {}

  Task<std::optional<ByteView>> get(Table table, ByteView key) override;
  void expect(Table table, ByteView key) override;
  Task<std::vector<Row>> scan(Table table, ByteView prefix, ByteView start, std::size_t limit) override;
  Task<std::optional<Row>> newest_entry(AuditSlot slot) override;
  Task<std::vector<AuditSlot>> audit_slots() override;
  Task<std::uint64_t> strangers() override { return std::uint64_t{0}; }
  Task<std::uint64_t> estimate(Table) override { return std::uint64_t{0}; }
  void put(Table table, ByteView key, ByteView value) override;
  void erase(Table table, ByteView key) override;
  void log(std::string body) override;
  void release_rows() override;
  const EngineTraits& traits() const override { return context_.traits; }

  /// Turns the erasure of audit entries into changes of their blocks. After the work, if it keeps its changes. False:
  /// the entries that were erased are not the oldest of their blocks, so nothing may be committed.
  Task<bool> settle_erased_entries();

  /// What the suspended read waits for, and what else was asked for meanwhile.
  const std::vector<Range>& wants() const { return wants_; }
  /// Whether a read is suspended.
  bool waits() const { return static_cast<bool>(waiting_); }
  /// The keys that a request of keys alone found. Not added to the snapshot.
  void deliver_keys(RangeResult keys) { found_keys_ = std::move(keys); }
  /// Goes on after the answer to the first `answered` wants was delivered.
  void resume(std::size_t answered);

  const Overlay& changes() const { return changes_; }
  const ReadSet& reads() const { return reads_; }
  /// The keys of single rows that were read, for the cache.
  const std::vector<Bytes>& cached_keys() const { return cached_keys_; }
  /// How often a walk has released its rows.
  std::uint64_t pages() const { return pages_; }
  /// How many rows were read.
  std::uint64_t rows_read() const { return rows_read_; }

 private:
  struct Suspend;
  struct LoadedBlock {
    std::optional<AuditBlock> block;  ///< std::nullopt: it cannot be read
    std::vector<ExpandedRow> rows;    ///< of its entries; one row that is no entry, if it cannot be read
    std::uint64_t last = 0;           ///< sequence of the last row
  };
  using Blocks = std::map<BlockPlace, LoadedBlock>;

  /// Whether a read adds to what the commit compares.
  enum class Recorded : bool { no, yes };

  void want(Range range);
  /// The state of a row after the changes of this write and of earlier ones; null: not changed.
  const std::optional<Bytes>* change_of(ByteView key) const;
  /// std::nullopt: not known yet.
  std::optional<std::optional<ByteView>> look_up(ByteView key, Recorded recorded);
  Task<std::optional<ByteView>> fetch(Bytes key, Recorded recorded);
  /// Rows of a range in etcd, with keys as in etcd, added to `rows` until it has `limit`. Returns false when the range
  /// is not known so far; `at` says from where on.
  bool collect(const KeyRange& range, Bytes& at, std::size_t limit, std::vector<Row>& rows, Recorded recorded);
  /// Asks for rows from the beginning of the range on. `attempt` as in KeySpacing::end_of_request.
  Range page_request(const KeyRange& rest, std::size_t limit, int attempt) const;
  Task<std::vector<Row>> fetch_rows(KeyRange range, std::size_t limit, Recorded recorded);
  Task<std::vector<Row>> scan_ranges(std::vector<KeyRange> ranges, std::size_t limit);

  // Audit entries (audit_pages.cpp).
  Task<crypto::Uuid> store_id();
  Task<std::optional<ByteView>> get_entry(AuditPosition place);
  Task<std::vector<Row>> scan_entries(AuditPosition first, std::optional<AuditPosition> end, std::size_t limit);
  Task<std::optional<Row>> fetch_newest_entry(AuditSlot slot);
  Task<std::vector<AuditSlot>> fetch_slots();
  /// The place of the block that has that entry, if it has one; std::nullopt: no block begins before it.
  Task<std::optional<BlockPlace>> locate(AuditPosition place);
  /// The last block in a range of keys, of which etcd has these: those that this write and earlier ones removed do not
  /// count, and those that they put do.
  std::optional<BlockPlace> last_block(const Range& range, const RangeResult& stored) const;
  Task<const LoadedBlock*> load_block(BlockPlace place, Recorded recorded);
  /// About how many blocks have that many entries.
  std::size_t blocks_of(std::size_t entries) const;
  const LoadedBlock& keep_block(const BlockPlace& place, ByteView value, const crypto::Uuid& store);
  /// Adds the block's rows from `first` up to `end` that are not erased.
  void add_entries(const BlockPlace& place, const LoadedBlock& block, const AuditPosition& first,
                   const std::optional<AuditPosition>& end, std::size_t limit, std::vector<Row>& rows) const;
  bool is_erased(const AuditPosition& place) const { return erased_entries_.contains(place); }
  Task<bool> replace_block(BlockPlace place, std::uint64_t through);

  EngineContext& context_;
  ReadSnapshot& snapshot_;
  const Overlay* earlier_ = nullptr;
  const bool writes_ = false;
  Overlay changes_;
  ReadSet reads_;
  std::vector<Bytes> cached_keys_;
  std::uint64_t rows_read_ = 0;
  std::uint64_t pages_ = 0;

  std::vector<Range> wants_;
  std::coroutine_handle<> waiting_;
  std::optional<RangeResult> found_keys_;

  Blocks blocks_;
  std::size_t blocks_read_ = 0;
  std::size_t entries_read_ = 0;  ///< in these blocks
  std::set<AuditPosition> erased_entries_;
};

}  // namespace tacit::store::etcd
