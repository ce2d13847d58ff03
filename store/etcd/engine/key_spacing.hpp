// How far apart the keys of a table's rows are, so that a walk over the table asks etcd for little more than a page:
// etcd counts all rows up to the end of a range, however few it returns (etcd issue 11057).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "store/etcd/engine/key_map.hpp"

namespace tacit::store::etcd {

/// A distance between keys: their bytes from the letter on as one number, cut off after these.
using KeyDistance = std::array<std::uint8_t, 64>;

/// Learns from each page of a walk. What it knows decides only what a request costs. Thread-safe.
class KeySpacing {
 public:
  /// Of tables of whose rows nothing is known yet: a thousandth of the table.
  KeySpacing();

  /// Where the request for the next page ends that begins at `rest.first`. `attempt`: how many requests for this page
  /// ended before it was full; each goes much further than the one before, and after seven one goes to the end.
  Bytes end_of_request(const KeyMap& keys, const KeyRange& rest, int attempt) const;
  /// A page of so many rows of the range, from its first key on, ended before `reached`.
  void note_page(const KeyMap& keys, const KeyRange& range, crypto::ByteView reached, std::size_t rows);

 private:
  KeyDistance page_of(Table table) const;

  mutable std::mutex mutex_;
  std::array<KeyDistance, table_count> pages_{};
};

}  // namespace tacit::store::etcd
