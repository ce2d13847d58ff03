// The store: opened here, and used through its parts, one for each subject.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "store/etcd/etcd_options.hpp"
#include "store/lmdb/environment/store_files.hpp"
#include "store/model/defaults.hpp"
#include "store/model/outcome.hpp"
#include "store/model/store_keys.hpp"
#include "store/slices/slice.hpp"

namespace tacit::store {

class Engine;
struct StoreContext;

// The parts of the store. Include a part's header to use it.
class ApiKeys;     // store/api_keys/api_keys.hpp
class AuditTrail;  // store/audit/audit_trail.hpp
class Health;      // store/health.hpp
class Keys;        // store/keys/keys.hpp
class Prekeys;     // store/keys/prekeys.hpp
class Releases;    // store/secrets/releases.hpp
class Secrets;     // store/secrets/secrets.hpp
class Tenants;     // store/tenants/tenants.hpp

struct StoreOptions {
  std::filesystem::path directory;
  /// The store is in etcd, not in a directory. Its limits of queues and times, and `on_failure`, are those in here; a
  /// new one needs signing keys. Then the fields below that concern the file are without effect.
  std::optional<EtcdOptions> etcd{};
  /// Bytes of address space to reserve; the file grows as it is used. The larger of this and the store's own size
  /// counts; 0: the store's own size.
  std::uint64_t map_size = defaults::map_size;
  std::uint64_t quota_default = defaults::quota;          ///< bytes a tenant may store unless it has a limit of its own
  std::uint32_t api_keys_default = defaults::api_keys;    ///< API keys a tenant may have, likewise
  std::uint32_t secrets_default = defaults::secrets;      ///< secrets a tenant may have, likewise
  std::uint32_t versions_kept = defaults::versions_kept;  ///< previous values of a secret that stay stored
  std::size_t queue_items = defaults::queue_items;  ///< changes that may wait for the writer; beyond: Errc::overloaded
  std::size_t queue_bytes = defaults::queue_bytes;
  unsigned max_readers = defaults::max_readers;  ///< LMDB reader slots, over all processes
  /// How long an operation waits for a change or an audit entry; after that it fails with `unavailable`, and it is not
  /// known whether the change was made. After half of that time the store reports `unwilling` and refuses other changes
  /// at once.
  std::chrono::milliseconds write_deadline = defaults::write_deadline;
  /// How long after a change, a deletion or an erasure the freed pages are overwritten; 0: never.
  std::chrono::milliseconds scrub_within = defaults::scrub_within;
  /// How long a request may run on the calling thread before it gives way to others (store/slices/slice.hpp).
  std::chrono::nanoseconds slice = slice_time;
  /// Called once, from any thread, when the store is no longer usable (a failed sync, or growth by another process
  /// beyond this process's map). The process should stop.
  std::function<void(const std::string& why)> on_failure;
  /// Called once, on a thread of the store, when overwriting freed data has found damage to the file: what, where, and
  /// what to do. The store continues.
  std::function<void(const std::string& why)> on_damage;
  /// Whether values are sealed with their tool and argument, unless a tenant has a setting of its own.
  bool strict_binding = false;
  /// `create`: the format of the new store (store/rows/store_meta.hpp); 0: that of all new stores.
  std::uint32_t new_format = 0;
  /// `create`: key pairs for new tenants in the new store (store/rows/prekey.hpp). They need the root signing key.
  std::size_t new_prekeys = 0;
  /// The wall clock; tests set it.
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
  GiveUpRoot give_up_root{};  ///< see store/lmdb/environment/store_files.hpp
};

/// Thread-safe, and so are its parts. Awaitables resume on the awaiting coroutine's executor; reads run at once on the
/// calling thread. Long operations (lists, resolve) give way to others on the thread: their executor belongs to an
/// io_context that one thread runs.
class Store {
 public:
  /// Makes the directory (1770 less the umask), or the keys in etcd, and an empty store in it, bound to the primary
  /// root public key and the primary metadata key of `keys`; fails if a store exists there.
  static Outcome<void> create(const StoreOptions& options, const StoreKeys& keys);
  /// Opens an existing store; several processes may have it open. Fails if the keyrings lack a key of the store.
  /// Failure::subject says what is wrong.
  static Outcome<std::unique_ptr<Store>> open(const StoreOptions& options, StoreKeys keys);
  /// The same with an engine that is already open.
  static Outcome<std::unique_ptr<Store>> open(const StoreOptions& options, StoreKeys keys,
                                              std::unique_ptr<Engine> engine);
  /// Opens a store in one file that no process changes, for reading: a backup (store/backup/backup.hpp) whose hash is
  /// verified. Calls `give_up_root` once it is open.
  static Outcome<std::unique_ptr<Store>> open_backup(const std::filesystem::path& file, StoreKeys keys,
                                                     const GiveUpRoot& give_up_root = {});
  /// Finishes queued changes, then closes. The executors of coroutines that await them must still exist. A coroutine
  /// that resumes later may finish; further changes fail with `unavailable`.
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Later operations use these keys and these defaults of the options. Fails if these keys do not fit the store
  /// (store/served_store.hpp); then nothing has changed. Former keys stay in memory until the store is closed.
  Outcome<void> reconfigure(StoreKeys keys, const StoreOptions& options);

  // The parts, each for one subject. They live as long as the store.
  Secrets& secrets() const;
  Releases& releases() const;
  ApiKeys& api_keys() const;
  Tenants& tenants() const;
  AuditTrail& audit() const;
  Keys& keys() const;
  Prekeys& prekeys() const;
  const Health& health() const;

  /// What the operations of folders that are built on this one need (store/verify).
  std::shared_ptr<const StoreContext> context() const;

  /// Accepts no more changes. Returns whether the queued ones finish within that time; if they do not, the destructor
  /// would wait for them, possibly forever (another process holds the store's lock).
  bool finish(std::chrono::milliseconds most);

 private:
  struct Parts;
  explicit Store(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tacit::store
