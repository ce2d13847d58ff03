// Calls to an etcd cluster: the few requests of its API that the engine uses (etcd 3.5, api/etcdserverpb/rpc.proto),
// with a deadline on each, over mutual TLS, at the first endpoint that answers. No gRPC type leaves this folder.
//
// Threads: calls may be made on any thread. Callbacks run on the client's own thread and must not block or throw; what
// has to continue elsewhere posts to its executor (store/etcd/rpc/rpc_await.hpp).
//
// gRPC's own retries are off: a repeated write would break serialisability (etcd issues 18424, 14890). A read is
// repeated at the next endpoint when the first does not answer; a write is sent once, and `in_doubt` says that it may
// have been applied.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/system/result.hpp>

#include "crypto/memory/bytes.hpp"
#include "store/etcd/etcd_options.hpp"

namespace tacit::store::etcd {

using crypto::Bytes;
using crypto::ByteView;
using Clock = std::chrono::steady_clock;

enum class RpcErrc : std::uint8_t {
  unreachable,  ///< no endpoint answered in time, or none has a leader; a write was certainly not applied
  in_doubt,     ///< a write that may have been applied
  compacted,    ///< the revision is older than etcd's history
  no_room,      ///< etcd's database has reached its quota (alarm NOSPACE)
  corrupt,      ///< etcd refuses changes because members' data differ (alarm CORRUPT)
  too_large,    ///< more operations or bytes than the server takes
  refused,      ///< the identity's role does not allow it, or the certificate is not accepted
  lease_gone,   ///< the lease does not exist any more
  invalid,      ///< any other refusal: a fault of this program
};

struct RpcFailure {
  RpcErrc code = RpcErrc::unreachable;
  std::string text;  ///< for operators: endpoint and the server's words
};

template <class T>
using RpcOutcome = boost::system::result<T, RpcFailure>;

struct KeyValue {
  Bytes key;
  Bytes value;
  std::int64_t mod_revision = 0;
  std::int64_t create_revision = 0;  ///< from when on the key has existed without an end
  std::int64_t lease = 0;
};

/// Keys from `key` up to but not including `end`; with an empty `end` exactly `key`. Every range of more than one key
/// has an end (etcd issue 11057).
struct Range {
  Bytes key;
  Bytes end{};
  std::int64_t limit = 0;  ///< 0: all
  bool keys_only = false;
};
struct RangeResult {
  std::vector<KeyValue> rows;
  bool more = false;  ///< the limit ended it
  Bytes reached{};    ///< with `more`: where it ended; empty: just after the last row
};

struct Compare {
  enum class Target : std::uint8_t {
    revision_equal,  ///< mod_revision == number; 0: the key does not exist
    revision_below,  ///< of every key in the range: mod_revision < number. Does not see deletions.
  };
  Target target = Target::revision_equal;
  Bytes key;
  Bytes end{};  ///< empty: one key
  std::int64_t number = 0;
};

struct Put {
  Bytes key;
  Bytes value;
  std::int64_t lease = 0;
};
/// Likewise with an optional end.
struct Delete {
  Bytes key;
  Bytes end{};
};
using Change = std::variant<Put, Delete>;

struct ReadTxn {
  std::vector<Range> ranges;
  std::int64_t revision = 0;  ///< of all ranges; 0: the newest, linearizable
};
struct ReadTxnResult {
  std::int64_t revision = 0;  ///< at which the ranges were read
  std::vector<RangeResult> ranges;
};

struct WriteTxn {
  std::vector<Compare> compares;
  std::vector<Change> changes;  ///< no key twice
};
struct WriteTxnResult {
  bool applied = false;  ///< false: a compare failed
  std::int64_t revision = 0;
};

struct Status {
  std::string endpoint;
  std::string version;
  std::uint64_t member = 0;
  std::uint64_t leader = 0;  ///< 0: none
  std::int64_t revision = 0;
  std::uint64_t raft_index = 0;
  std::uint64_t raft_applied_index = 0;
  std::uint64_t size = 0;         ///< bytes of the database file
  std::uint64_t size_in_use = 0;  ///< of these, not free
  std::uint64_t quota = 0;        ///< 0: the server does not tell (before 3.6)
  bool is_learner = false;
  std::vector<std::string> errors;
};

struct Alarms {
  bool no_space = false;
  bool corrupt = false;
};

/// What a watch reports, in order.
struct WatchEvent {
  Bytes key;
  std::optional<Bytes> value;  ///< std::nullopt: deleted
  std::int64_t mod_revision = 0;
  std::int64_t create_revision = 0;    ///< 0: deleted
  std::optional<KeyValue> previous{};  ///< before the change, if it was asked for and is in etcd's history still
};
struct WatchHandlers {
  std::function<void(std::vector<WatchEvent> events, std::int64_t revision)> events;
  /// All events up to that revision have been reported.
  std::function<void(std::int64_t revision)> progress;
  /// The watch has ended (no leader, lost connection, compacted); the owner starts another.
  std::function<void(RpcFailure why)> ended;
  bool wants_previous = false;  ///< events have the rows before the changes
};

/// A running watch. Destroying it ends it; then no handler runs any more.
class Watch {
 public:
  virtual ~Watch() = default;
  /// Asks for a progress report.
  virtual void request_progress() = 0;
};

/// Thread-safe.
class EtcdClient {
 public:
  template <class T>
  using Done = std::function<void(RpcOutcome<T>)>;

  /// Does not connect yet. Fails if a file of the identity cannot be read.
  static RpcOutcome<std::shared_ptr<EtcdClient>> create(EtcdConnection connection);
  virtual ~EtcdClient() = default;

  /// One round: all ranges at one revision. `done` is called exactly once, by `deadline`.
  virtual void read(ReadTxn txn, Clock::time_point deadline, Done<ReadTxnResult> done) = 0;
  virtual void write(WriteTxn txn, Clock::time_point deadline, Done<WriteTxnResult> done) = 0;
  virtual void grant_lease(std::chrono::seconds ttl, Clock::time_point deadline, Done<std::int64_t> done) = 0;
  /// Returns the remaining time; `lease_gone` if it has expired.
  virtual void keep_alive(std::int64_t lease, Clock::time_point deadline, Done<std::chrono::seconds> done) = 0;
  virtual void revoke_lease(std::int64_t lease, Clock::time_point deadline, Done<std::monostate> done) = 0;
  virtual void compact(std::int64_t revision, Clock::time_point deadline, Done<std::monostate> done) = 0;
  /// Of one endpoint, by its place in the connection's list.
  virtual void status(std::size_t endpoint, Clock::time_point deadline, Done<Status> done) = 0;
  virtual void alarms(Clock::time_point deadline, Done<Alarms> done) = 0;
  /// Events on keys from `key` up to `end`, from `revision` on. On a channel of its own; the server must have a leader.
  virtual std::unique_ptr<Watch> watch(Range range, std::int64_t revision, WatchHandlers handlers) = 0;

  virtual const EtcdConnection& connection() const = 0;
  /// The endpoint that is in use, for messages and status.
  virtual std::string current_endpoint() const = 0;
};

}  // namespace tacit::store::etcd
