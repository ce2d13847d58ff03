// What every operation of the store works with. Kept alive by each operation that is under way.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "store/await.hpp"
#include "store/store.hpp"

namespace tacit::store {

struct StoreContext : std::enable_shared_from_this<StoreContext> {
  std::shared_ptr<Engine> engine;  ///< of all contexts of one store
  StoreKeys keys;
  std::uint64_t quota_default = 0;
  std::uint32_t api_keys_default = 0;
  std::uint32_t secrets_default = 0;
  std::chrono::nanoseconds slice{};
  std::chrono::milliseconds write_deadline = default_write_deadline;
  std::uint64_t serial = 0;  ///< tells the stores of one process apart

  const crypto::MetadataKeyring& metadata() const { return *keys.metadata; }
};
using ContextPtr = std::shared_ptr<const StoreContext>;

/// The context that operations begin with: immutable, and replaced whole. Read without a lock, for the former ones stay
/// as long as this. Thread-safe.
class CurrentContext {
 public:
  explicit CurrentContext(ContextPtr first) { change(std::move(first)); }

  void change(ContextPtr next) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(next));
    newest_.store(all_.back().get(), std::memory_order_release);
  }
  const StoreContext& operator*() const { return *newest_.load(std::memory_order_acquire); }
  const StoreContext* operator->() const { return &**this; }
  operator ContextPtr() const { return (**this).shared_from_this(); }

 private:
  std::mutex mutex_;
  std::vector<ContextPtr> all_;
  std::atomic<const StoreContext*> newest_{nullptr};
};

template <class T>
using Async = boost::asio::awaitable<Outcome<T>>;

/// How often an operation starts anew when what it was computed from has changed, before it answers `conflict`.
inline constexpr int max_attempts = 8;

/// Hands a change to the engine, and waits as long as this store has it.
template <class T>
Async<T> write(const StoreContext& store, WorkBody<T> body, WriteTerms terms) {
  terms.deadline = store.write_deadline;
  return write<T>(*store.engine, std::move(body), terms);
}

/// Writes an audit entry and nothing else, durably.
Async<void> record_event(ContextPtr store, AuditEvent event, AuditContext who);

inline constexpr const char* secret_integrity = "secret.integrity";
inline constexpr const char* api_key_integrity = "api_key.integrity";

/// Records an integrity failure, if it is one, as that action. The failure stands whatever comes of that.
boost::asio::awaitable<void> record_if_altered(ContextPtr store, crypto::Uuid tenant, Failure failure, std::string tool,
                                               AuditContext who, const char* action = secret_integrity);

/// Answers what the operation answers; an integrity failure is recorded before.
template <class T>
Async<T> recording(ContextPtr store, crypto::Uuid tenant, AuditContext who, Async<T> operation,
                   const char* action = secret_integrity) {
  Outcome<T> outcome = co_await std::move(operation);
  if (!outcome) {
    const Failure& failure = outcome.error();
    co_await record_if_altered(std::move(store), tenant, failure, std::string(), std::move(who), action);
  }
  co_return outcome;
}

/// Answers what `body` answers on a snapshot; an integrity failure is recorded before.
template <class T>
Async<T> recording_read(ContextPtr store, crypto::Uuid tenant, AuditContext who, WorkBody<T> body,
                        const char* action = secret_integrity) {
  Outcome<T> outcome = read<T>(*store->engine, std::move(body));
  if (!outcome && outcome.error().code == Errc::integrity) {
    const Failure& failure = outcome.error();
    co_await record_if_altered(std::move(store), tenant, failure, std::string(), std::move(who), action);
  }
  co_return outcome;
}

}  // namespace tacit::store
