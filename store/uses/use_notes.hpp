// Releases of secrets that this process has noted and not stored yet. A release costs a look-up in memory; the notes
// are stored in batches (store/uses/use_batches.hpp), so they are lost if the process dies: the audit log is the record
// of releases.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crypto/ids/uuid.hpp"
#include "store/rows/uses_row.hpp"

namespace tacit::store {

/// Releases of one secret to one identity for one tool, as one entry.
struct UseNote {
  crypto::Uuid tenant;
  crypto::Uuid secret;
  UseEntry use;
};

/// Notes that are stored by one transaction.
struct UseBatch {
  BatchNumber number{};
  std::vector<UseNote> notes;
};

/// Since the store was opened, by this process.
struct UseFigures {
  std::uint64_t pending = 0;  ///< notes that are not stored
  std::uint64_t dropped = 0;  ///< releases that were not noted, because there were too many
};

/// Thread-safe. Each of its parts has a mutex of its own, which is held for a look-up or, for a batch, for a copy of
/// the part.
class UseNotes {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t most_notes = 32768;
  /// Short, because another process, of this host or another one, may get the report about a release.
  static constexpr std::chrono::seconds interval{2};

  explicit UseNotes(Clock::time_point now = Clock::now());

  /// Notes a release. `tool` as tool_in_uses makes it. Does not fail: a note without room is dropped.
  void note(const crypto::Uuid& tenant, const crypto::Uuid& secret, const IdentityTag& tag, std::string_view tool,
            std::string_view runtime, std::int64_t at) noexcept;
  /// Whether such a release since that instant is noted here.
  bool has_release(const crypto::Uuid& tenant, const crypto::Uuid& secret, const IdentityTag& tag,
                   std::string_view tool, std::int64_t since) const;

  /// Whether the notes should be stored now: the interval is over, or there are many.
  bool due(Clock::time_point now) const;
  /// A copy of all notes, those of a secret one after the other. They stay noted until `settle`.
  std::vector<UseNote> copy(Clock::time_point now);
  /// These are stored, or need not be: removes them, except for what was noted meanwhile.
  void settle(const std::vector<UseNote>& notes);

  UseFigures figures() const;

  /// One batch at a time. False: another one is on its way.
  bool begin_batch() { return !storing_.exchange(true); }
  void end_batch() { storing_ = false; }
  /// Between the two: the batch that may have been stored, because the answer of its transaction was lost. It is stored
  /// again, as it was, before others.
  std::optional<UseBatch>& in_doubt() { return in_doubt_; }

 private:
  struct KeyView {
    crypto::Uuid tenant;
    crypto::Uuid secret;
    IdentityTag tag{};
    std::string_view tool;
    bool operator==(const KeyView&) const = default;
  };
  struct Key {
    crypto::Uuid tenant;
    crypto::Uuid secret;
    IdentityTag tag{};
    std::string tool;

    KeyView view() const { return {tenant, secret, tag, tool}; }
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const KeyView& key) const;
    std::size_t operator()(const Key& key) const { return (*this)(key.view()); }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const Key& a, const Key& b) const { return a.view() == b.view(); }
    bool operator()(const KeyView& a, const Key& b) const { return a == b.view(); }
    bool operator()(const Key& a, const KeyView& b) const { return a.view() == b; }
  };
  struct Noted {
    std::int64_t first_at = 0;
    std::int64_t last_at = 0;
    std::uint32_t count = 0;
    std::string runtime;
  };
  struct Part {
    mutable std::mutex mutex;
    std::unordered_map<Key, Noted, Hash, Equal> notes;
  };
  static constexpr std::size_t parts = 16;
  static constexpr std::size_t most_notes_of_part = most_notes / parts;

  Part& part_of(const crypto::Uuid& secret) { return parts_[secret.bytes.back() % parts]; }
  const Part& part_of(const crypto::Uuid& secret) const { return parts_[secret.bytes.back() % parts]; }
  void add(Part& part, const KeyView& key, std::string_view runtime, std::int64_t at);

  std::array<Part, parts> parts_;
  std::atomic<std::int64_t> copied_;  ///< when the last batch began: ticks of Clock
  std::atomic<std::uint64_t> pending_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<bool> storing_{false};
  std::optional<UseBatch> in_doubt_;  ///< of the thread that is storing
};

}  // namespace tacit::store
