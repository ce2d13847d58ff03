// Stores the uses of secrets that the tool plane has noted (store/uses/use_notes.hpp), in batches, and wipes tenants' private keys that
// releases opened a minute ago.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "crypto/time/at_most_every.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// Has its own thread, which looks every second whether a batch is due. Thread-safe.
class UseRecorder {
 public:
  /// The store must outlive this object.
  explicit UseRecorder(store::Store& store);
  ~UseRecorder();
  UseRecorder(const UseRecorder&) = delete;
  UseRecorder& operator=(const UseRecorder&) = delete;

  /// Ends the thread, and stores what is noted. Call once requests have ended and before the store finishes.
  /// Idempotent.
  void end();

 private:
  void run();
  void store_uses();

  store::Store& store_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  crypto::AtMostEvery complaints_{std::chrono::minutes(1)};  ///< of the thread, and later of `end`
  std::thread thread_;
};

}  // namespace tacit::server
