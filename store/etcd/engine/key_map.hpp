// Where the tables' rows are in etcd. Every key of a store begins with "tacit/" ‖ name ‖ "/" and a letter:
//
//   m  Table::meta without the next two          m ‖ row key
//   p  Table::meta: prekeys                       p ‖ row key
//   u  Table::meta: last uses of API keys,        u ‖ row key
//      and what became of secrets' releases
//   t  Table::tenants                             t ‖ row key
//   k  Table::api_keys                            k ‖ row key
//   h  the heads of the audit slots               h ‖ 2 slot                     → store/etcd/audit/slot_head.hpp
//   a  the blocks of audit entries                a ‖ 2 slot ‖ 8 first sequence  → store/etcd/audit/audit_block.hpp
//   w  leases                                     store/etcd/slots, store/etcd/room
//
// Letters are apart because etcd's roles grant ranges of keys. Rows of Table::audit do not exist as such: the
// transaction expands them from blocks (store/etcd/engine/audit_pages.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "store/engine/engine.hpp"

namespace tacit::store::etcd {

/// A range of keys in etcd: from `first` up to but not including `end`.
struct KeyRange {
  Bytes first;
  Bytes end;
};

/// The place of a block.
struct BlockPlace {
  AuditSlot slot;
  std::uint64_t first = 0;
  auto operator<=>(const BlockPlace&) const = default;
};

class KeyMap {
 public:
  explicit KeyMap(std::string_view store_name);

  /// The key of a row; not for Table::audit.
  Bytes key(Table table, ByteView row_key) const;
  /// The inverse, as a part of the key.
  ByteView row_key(ByteView key) const { return key.subspan(letter_at_ + 1); }
  /// The rows whose keys begin with `prefix`, from `start` on, as ranges in the order of the rows' keys. Not for
  /// Table::audit.
  std::vector<KeyRange> ranges(Table table, ByteView prefix, ByteView start) const;

  /// The bytes of a key from its letter on.
  ByteView from_letter(ByteView key) const { return key.subspan(letter_at_); }
  /// The table to the end of which a range goes; std::nullopt: it ends elsewhere, or is not of a table with a letter of
  /// its own.
  std::optional<Table> table_to_end(const KeyRange& range) const;

  Bytes head(AuditSlot slot) const;
  KeyRange heads() const { return whole('h'); }
  std::optional<AuditSlot> slot_of_head(ByteView key) const;
  Bytes block(const BlockPlace& place) const;
  /// All blocks.
  KeyRange blocks() const { return whole('a'); }
  std::optional<BlockPlace> place_of_block(ByteView key) const;

  /// A key with a lease.
  Bytes lease(ByteView rest) const { return with('w', rest); }

  /// Whether it is the key of a row that processes keep copies of: API keys, their last uses, tenants' records.
  bool is_cached(ByteView key) const;
  /// The table of a key that is_cached.
  Table table_of(ByteView key) const;
  /// All keys of the store except those with leases, which processes have even before there is a store.
  KeyRange rows() const { return {prefix_, with('w', {})}; }

 private:
  Bytes with(char letter, ByteView rest) const;
  KeyRange whole(char letter) const;
  char letter_at(ByteView key) const { return key.size() > letter_at_ ? static_cast<char>(key[letter_at_]) : '\0'; }

  Bytes prefix_;
  std::size_t letter_at_;
};

}  // namespace tacit::store::etcd
