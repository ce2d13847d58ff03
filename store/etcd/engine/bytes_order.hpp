// The order of keys in etcd: by their bytes.
#pragma once

#include <algorithm>
#include <compare>

#include "crypto/memory/bytes.hpp"

namespace tacit::store::etcd {

/// For ordered containers of keys; finds by views too.
struct BytesLess {
  using is_transparent = void;
  bool operator()(crypto::ByteView a, crypto::ByteView b) const {
    return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end()) < 0;
  }
};

inline bool is_less(crypto::ByteView a, crypto::ByteView b) { return BytesLess()(a, b); }

inline crypto::Bytes copy_of(crypto::ByteView bytes) { return {bytes.begin(), bytes.end()}; }

/// The next possible key after that one.
inline crypto::Bytes key_after(crypto::ByteView key) {
  crypto::Bytes next;
  next.reserve(key.size() + 1);
  next.assign(key.begin(), key.end());
  next.push_back(0);
  return next;
}

/// The first key after all keys that begin with the prefix; empty if there is none.
inline crypto::Bytes prefix_end(crypto::ByteView prefix) {
  crypto::Bytes end = copy_of(prefix);
  while (!end.empty() && end.back() == 0xFF) end.pop_back();
  if (!end.empty()) ++end.back();
  return end;
}

}  // namespace tacit::store::etcd
