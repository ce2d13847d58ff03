// The secrets that must exist according to the audit log, each with the hash of its row and the version of its value. A
// part of the replay (store/verify/audit_replay.hpp). Holds about 150 bytes for each secret that the log created.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/ids/uuid.hpp"
#include "crypto/primitives/digest.hpp"
#include "store/audit/audit_key.hpp"
#include "store/model/findings.hpp"
#include "store/verify/replay_entry.hpp"

namespace tacit::store {

/// A stored secret. The row's hash is that of its bytes; `updated_at` is std::nullopt if it could not be opened.
struct ReplayedSecret {
  crypto::Uuid tenant;
  crypto::Uuid id;
  std::optional<std::int64_t> updated_at;
  crypto::Digest row{};
};

/// Receives the entries about secrets, then all stored secrets, then finish().
class SecretReplay {
 public:
  explicit SecretReplay(Findings& findings) : findings_(findings) {}

  /// Secrets without an entry of creation may be older than the log.
  void begins_later() { from_the_start_ = false; }
  /// The log has a fault: what is known is forgotten, and the next entries are as those of a log that begins later.
  void begins_again() {
    lives_.clear();
    from_the_start_ = false;
  }
  /// No more findings.
  void give_up() { believed_ = false; }

  void created(const ReplayEntry& entry);
  void updated(const ReplayEntry& entry);
  void deleted(const ReplayEntry& entry);
  /// `is_signed`: the tool plane signed the entry, so a row that the log does not say is the released one.
  void released(const ReplayEntry& entry, AuditPlace place, bool is_signed);
  /// `change`: the tenant's number of changes then; 0: the entry has none.
  void moved(const MovedRow& row, AuditPlace place, std::uint64_t change);
  /// `change`: the tenant's number of changes then; 0: the entry has none.
  void tenant_erased(const crypto::Uuid& tenant, std::uint64_t change);

  /// `tenant_erased`: the log has the erasure of its tenant.
  void stored(const ReplayedSecret& secret, bool tenant_erased);
  void finish();

 private:
  struct Name {
    crypto::Uuid tenant;
    crypto::Uuid id;
    auto operator<=>(const Name&) const = default;
  };
  /// What a secret was from a number of changes on. Entries of releases may come later than changes after them.
  struct Before {
    std::optional<crypto::Digest> row;
    std::uint32_t version = 0;
    bool deleted = false;
    std::uint64_t from = 0;
  };
  struct Life {
    std::string changed;                ///< time of its last change, as written in the log
    std::optional<crypto::Digest> row;  ///< std::nullopt: its last entry does not say
    std::uint32_t version = 0;          ///< of its value; 0: likewise
    bool deleted = false;
    bool stored = false;
    std::uint64_t from = 0;       ///< the tenant's number of changes from which on it is so; 0: its entry has none
    std::deque<Before> before{};  ///< the last states of a secret whose entries have numbers, the oldest first
    bool forgot = false;          ///< there were more, or may have been: the log begins later
  };

  /// The secret of an entry of a change; std::nullopt if there is none.
  static std::optional<Name> name_of(const ReplayEntry& entry);
  /// The life of a secret that an entry changes or ends. Its creation may be in the pruned part. Null if the secret was
  /// never created.
  Life* life_of(const Name& name);
  static void change(Life& life, const ReplayEntry& entry);
  /// Keeps what the secret was, before it becomes something else at that number.
  static void keep_before(Life& life, std::uint64_t from);
  /// Whether a change after the release was replayed already.
  static bool is_late(const Life& life, const ReplayEntry& entry);
  /// Whether the released row was that of the secret at the release's number.
  static bool was_current(const Life& life, const ReplayEntry& entry, std::size_t index);
  void judge_release(const Name& name, const ReplayEntry& entry, std::size_t index, AuditPlace place);
  /// Notes the row of a secret whose changes do not say it, because they were pruned or of an older format.
  void learn(const Name& name, const ReplayEntry& entry, std::size_t index);
  void judge(const Name& name, Life& life, const ReplayedSecret& secret);
  void problem(const Name& name, std::string_view what);
  void entry_problem(AuditPlace place, const std::string& what);

  Findings& findings_;
  std::map<Name, Life> lives_;
  bool from_the_start_ = true;
  bool believed_ = true;
};

}  // namespace tacit::store
