// Keeps key pairs ready for new tenants (store/rows/prekey.hpp): makes what new tenants took, and removes unusable
// ones. Records the cut-off of the root public keyring (store/rows/cut_off_record.hpp), which needs the same key.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include "crypto/time/at_most_every.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// Has its own thread, once this process makes key pairs: tenants' keys are signed, it has the root signing key, and
/// the pool is larger than 0. Thread-safe.
class PrekeyKeeper {
 public:
  /// `pool`: how many key pairs to keep. The store must outlive this object.
  PrekeyKeeper(store::Store& store, std::size_t pool);
  /// Joins the thread, which ends after its present transaction.
  ~PrekeyKeeper();
  PrekeyKeeper(const PrekeyKeeper&) = delete;
  PrekeyKeeper& operator=(const PrekeyKeeper&) = delete;

  /// After a reload: another size, or other keyrings of the store.
  void change(std::size_t pool);
  /// Lets the thread end. Call before the store finishes.
  void end();

 private:
  using Clock = std::chrono::steady_clock;
  using Milliseconds = std::chrono::milliseconds;
  /// A count of the usable pairs. From then on the rows of the pool's table say how many were taken.
  struct Count {
    std::uint64_t usable = 0;
    std::uint64_t rows = 0;  ///< of the table
    Clock::time_point ended{};
    Clock::time_point next{};  ///< when to count again, even if the rows are as many as expected

    std::uint64_t ready(std::uint64_t rows_now) const;
  };

  void run();
  Milliseconds round(std::size_t pool);
  bool is_count_due(std::uint64_t rows) const;
  store::Outcome<Count> count();
  store::Outcome<std::uint64_t> remove_unusable() const;
  Milliseconds note(const store::Failure& failure);
  bool wait(Milliseconds time);

  store::Store& store_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::size_t pool_ = 0;
  bool ending_ = false;
  bool again_ = false;                                       ///< another pool or other keyrings: count again
  std::optional<Count> count_;                               ///< of the thread
  crypto::AtMostEvery complaints_{std::chrono::minutes(1)};  ///< of the thread
  std::thread thread_;
};

}  // namespace tacit::server
