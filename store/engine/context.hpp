// The shared state of all operations of the store. Each running operation keeps it alive.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "crypto/memory/published.hpp"
#include "store/engine/async.hpp"
#include "store/engine/engine.hpp"
#include "store/engine/work.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

class AuditHistory;    // store/audit/audit_history.hpp
class GivenSecretIds;  // store/rows/newest_secret.hpp
class UseNotes;        // store/uses/use_notes.hpp

struct StoreContext : std::enable_shared_from_this<StoreContext> {
  std::shared_ptr<Engine> engine;  ///< shared by all contexts of one store
  StoreKeys keys;
  std::uint64_t quota_default = 0;
  std::uint32_t api_keys_default = 0;
  std::uint32_t secrets_default = 0;
  std::uint32_t versions_kept = 0;
  std::chrono::nanoseconds slice{};
  std::uint64_t serial = 0;     ///< distinguishes the stores of one process
  bool strict_binding = false;  ///< whether values are sealed with their tool and argument, unless a tenant has its own
  std::shared_ptr<AuditHistory> history{};
  std::shared_ptr<GivenSecretIds> given_ids{};
  /// The newest format of rows that a transaction has seen (store/rows/store_meta.hpp).
  std::shared_ptr<std::atomic<std::uint32_t>> rows_seen = std::make_shared<std::atomic<std::uint32_t>>(0);
  /// The wall clock; tests have their own.
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
  std::shared_ptr<UseNotes> uses{};  ///< one for all contexts of a store

  const crypto::MetadataKeyring& metadata() const { return *keys.metadata; }
};
using ContextPtr = std::shared_ptr<const StoreContext>;

/// The context for new operations. Thread-safe. An operation that waits takes a ContextPtr first, because this object
/// is destroyed with the store.
class CurrentContext : public crypto::Configured<StoreContext> {
 public:
  using Published::Published;
  operator ContextPtr() const { return (**this).shared_from_this(); }
};

/// How often an operation restarts when its input has changed, before it fails with `conflict`.
inline constexpr int max_attempts = 8;

}  // namespace tacit::store
