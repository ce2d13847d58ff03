// What a scrub remembers of the free list between its walks. Bounded, however long the list is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

namespace tacit::store {

/// Stretches of the free list (store/lmdb/scrub/free_list_rows.hpp) whose pages were all zero. LMDB splits rows from
/// the oldest on and writes the rest as other rows, so an unchanged row still lists the same pages, and none of them
/// was used since. A stretch is one row, unless the list has more than `most` rows: then as many as needed, so that a
/// walk reads only changed stretches again. Rows of a list with large holes may stay without a place: each walk reads
/// them again. Thread-safe; walks are made by one thread.
class ScrubMemory {
 public:
  static constexpr std::size_t most = 65536;

  /// `places`: how many stretches it remembers.
  explicit ScrubMemory(std::size_t places = most) : places_(places) {}

  /// Begins a walk over a list of that many rows. Forgets everything if the stretches become longer or shorter.
  void begin_walk(std::uint64_t rows);
  /// Stretches have the rows of 2^shift transactions; constant during a walk.
  unsigned shift() const;
  bool knows(std::uint64_t stretch, std::uint64_t fingerprint) const;
  /// The same for the walk: a known stretch is kept at its end.
  bool passes(std::uint64_t stretch, std::uint64_t fingerprint);
  void note(std::uint64_t stretch, std::uint64_t fingerprint);
  /// Forgets the stretches that the walk did not find.
  void end_walk();
  void clear();
  std::size_t size() const;

 private:
  struct Known {
    std::uint64_t fingerprint = 0;
    std::uint64_t walk = 0;  ///< the last one that found it
  };

  const std::size_t places_;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Known> stretches_;
  unsigned shift_ = 0;
  std::uint64_t walk_ = 0;
};

}  // namespace tacit::store
