// The store: opened here, and used by its parts, one for each subject.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "store/lmdb/environment/store_files.hpp"
#include "store/model/defaults.hpp"
#include "store/model/outcome.hpp"
#include "store/model/store_keys.hpp"
#include "store/slices/slice.hpp"

namespace tacit::store {

class Engine;

// The parts of the store. Who uses one includes its header.
class ApiKeys;     // store/api_keys/api_keys.hpp
class AuditTrail;  // store/audit/audit_trail.hpp
class Health;      // store/health.hpp
class Keys;        // store/keys/keys.hpp
class Secrets;     // store/secrets/secrets.hpp
class Tenants;     // store/tenants/tenants.hpp

struct StoreOptions {
  std::filesystem::path directory;
  /// Bytes of address space reserved; the file grows as it is used. The larger of this and what the store has counts;
  /// 0: what the store has.
  std::uint64_t map_size = defaults::map_size;
  std::uint64_t quota_default = defaults::quota;        ///< bytes a tenant may store unless it has a limit of its own
  std::uint32_t api_keys_default = defaults::api_keys;  ///< API keys a tenant may have, likewise
  std::uint32_t secrets_default = defaults::secrets;    ///< secrets a tenant may have, likewise
  std::size_t queue_items = defaults::queue_items;  ///< changes that may wait for the writer; beyond: Errc::overloaded
  std::size_t queue_bytes = defaults::queue_bytes;
  unsigned max_readers = 1024;  ///< LMDB reader slots, over all processes
  /// How long a change or an audit entry is waited for; after that it is `unavailable`, and not known whether it was
  /// made. When one has taken half of that time, the store is unwilling, and refuses others at once.
  std::chrono::milliseconds write_deadline = defaults::write_deadline;
  /// How long after a change, a deletion or an erasure what it freed is overwritten; 0: never.
  std::chrono::milliseconds scrub_within = defaults::scrub_within;
  /// How long a request may keep the thread that asks, before it lets others go first (store/slices/slice.hpp).
  std::chrono::nanoseconds slice = slice_time;
  /// Called once, from any thread, when the store can be used no more (a failed sync, a map that another process let
  /// outgrow this one's). The process should stop.
  std::function<void(const std::string& why)> on_failure;
  GiveUpRoot give_up_root{};  ///< see store/lmdb/environment/store_files.hpp
};

/// Thread-safe, and so are its parts. Awaitables resume on the awaiting coroutine's executor; reads run at once on the
/// calling thread. Those that may take long (lists, resolve) let others on the thread go first now and then: their
/// executor is an io_context's that one thread runs.
class Store {
 public:
  /// Makes the directory (1770 less the umask) and an empty store in it, bound to the primary root public key and the
  /// primary metadata key of `keys`; refuses if a store is there.
  static Outcome<void> create(const StoreOptions& options, const StoreKeys& keys);
  /// Opens an existing store; several processes may have one open. Refuses keyrings that lack a key that it was made
  /// with. The sentence in Failure::subject says what is wrong.
  static Outcome<std::unique_ptr<Store>> open(const StoreOptions& options, StoreKeys keys);
  /// The same over an engine that is open already.
  static Outcome<std::unique_ptr<Store>> open(const StoreOptions& options, StoreKeys keys,
                                              std::unique_ptr<Engine> engine);
  /// A store in one file that nobody changes, for reading: a backup (store/backup/backup.hpp) whose hash was found
  /// right. `give_up_root` is called once it is open.
  static Outcome<std::unique_ptr<Store>> open_backup(const std::filesystem::path& file, StoreKeys keys,
                                                     const GiveUpRoot& give_up_root = {});
  /// Finishes queued changes, then closes. The executors of those who await them must still be there; who is resumed
  /// after may finish, and is told `unavailable` if it asks for another change.
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Operations that begin from now on have these keys and these defaults of the options. Refuses keyrings that lack a
  /// key that the store was made with; then nothing has changed. Former keys stay in memory until the store is closed.
  Outcome<void> reconfigure(StoreKeys keys, const StoreOptions& options);

  // The parts, each for one subject. They live as long as the store.
  Secrets& secrets() const;
  ApiKeys& api_keys() const;
  Tenants& tenants() const;
  AuditTrail& audit() const;
  Keys& keys() const;
  const Health& health() const;

  /// Takes no more changes. Whether those that are queued are finished within that time: if not, the destructor would
  /// wait for them, perhaps for ever (another process holds the store's lock).
  bool finish(std::chrono::milliseconds most);

 private:
  struct Parts;
  explicit Store(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tacit::store
