// What a write read from its snapshot: a commit is refused if any of it has changed since.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "store/etcd/engine/overlay.hpp"
#include "store/etcd/engine/read_snapshot.hpp"

namespace tacit::store::etcd {

/// For one thread at a time.
class ReadSet {
 public:
  /// A key with the revision of its row; 0: it had none.
  void key(ByteView key, std::int64_t mod_revision);
  /// All keys of a range. Its rows have to be added as keys as well, because a comparison of a range does not see
  /// deletions.
  void range(ByteView first, ByteView end);
  void merge(const ReadSet& other);

  /// Whether a change concerns something that was read.
  bool meets(const Overlay& changes) const;
  /// Whether something that was read at `revision` differs in a newer snapshot, as far as that one knows it.
  bool differs(const ReadSnapshot& newer, std::int64_t revision) const;
  /// Conditions that hold only while nothing has changed since `revision`.
  void add_compares(std::vector<Compare>& compares, std::int64_t revision) const;
  /// The requests that read it again, at most `most`.
  std::vector<Range> again(std::size_t most) const;

  std::size_t compares() const { return keys_.size() + ranges_.size(); }
  std::size_t bytes() const { return bytes_; }
  const std::map<Bytes, std::int64_t, BytesLess>& keys() const { return keys_; }

 private:
  std::map<Bytes, std::int64_t, BytesLess> keys_;
  std::map<Bytes, Bytes, BytesLess> ranges_;  ///< first → end; neither overlapping nor touching
  std::size_t bytes_ = 0;                     ///< of the keys, at least
};

}  // namespace tacit::store::etcd
