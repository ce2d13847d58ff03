// What is known of the store at one revision of etcd: rows, and ranges of keys of which every row is known. A key in
// such a range without a row does not exist at that revision.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "store/etcd/engine/bytes_order.hpp"
#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

/// For one thread at a time. Rows keep their addresses until `clear`.
class ReadSnapshot {
 public:
  struct Stored {
    Bytes value;
    std::int64_t mod_revision = 0;
    std::int64_t create_revision = 0;
  };
  using Rows = std::map<Bytes, Stored, BytesLess>;

  /// 0 until the first answer.
  std::int64_t revision() const { return revision_; }
  void set_revision(std::int64_t revision) { revision_ = revision; }

  /// Adds an answer at this revision. Rows outside of the range are ignored. False if it says nothing new about the
  /// first key of the range: then another request would not help.
  bool add(const Range& range, RangeResult result);

  /// Adds one row at this revision; std::nullopt: there is none.
  void add_row(ByteView key, const std::optional<Stored>& row);

  enum class Known : std::uint8_t { no, row, absent };
  struct Found {
    Known known = Known::no;
    Rows::const_iterator row{};  ///< with Known::row
  };
  Found find(ByteView key) const;
  /// How far everything is known from `first` on: at most to `end`; `first` itself if it is not known. Valid until the
  /// next change.
  ByteView known_to(ByteView first, ByteView end) const;
  Rows::const_iterator from(ByteView first) const { return rows_.lower_bound(first); }
  Rows::const_iterator end() const { return rows_.end(); }

  /// Forgets all rows, not the revision.
  void clear();

 private:
  void know(Bytes first, Bytes end);

  std::int64_t revision_ = 0;
  Rows rows_;
  std::map<Bytes, Bytes, BytesLess> known_;  ///< first → end; neither overlapping nor touching
};

}  // namespace tacit::store::etcd
