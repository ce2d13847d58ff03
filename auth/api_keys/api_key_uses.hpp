// Last uses of API keys before they are stored. Each thread notes uses in memory; they are collected from the threads
// periodically and stored in one batch, so a request costs neither a lock nor a write. Uses that are not yet stored
// are lost if the process dies: a last use is a hint for cleaning up unused keys, not a record.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/model/api_key.hpp"

namespace tacit::auth {

/// The latest use of each of a limited number of API keys. Not thread-safe.
class ApiKeyUses {
 public:
  explicit ApiKeyUses(std::size_t most_api_keys) : most_api_keys_(most_api_keys) {}

  /// `at` is in microseconds since the Unix epoch. An API key beyond the limit is ignored until it is used again
  /// after the next take().
  void note(std::string_view id, std::int64_t at);
  bool empty() const { return latest_.empty(); }
  /// Returns and removes all uses.
  std::vector<store::ApiKeyUse> take();

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::size_t most_api_keys_;
  std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> latest_;
};

/// The uses that threads have noted and that are not stored yet. Thread-safe.
class ApiKeyUseLog {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds interval{30};  ///< between batches that due() returns
  static constexpr std::size_t most_api_keys_of_thread = 1024;
  static constexpr std::size_t most_api_keys = 16384;

  explicit ApiKeyUseLog(Clock::time_point now = Clock::now()) : taken_(now) {}

  void gather(const std::vector<store::ApiKeyUse>& uses);
  /// The uses to store now: all of them, or none if the last batch is less than `interval` ago.
  std::vector<store::ApiKeyUse> due(Clock::time_point now);
  /// Returns and removes all uses, regardless of the interval.
  std::vector<store::ApiKeyUse> take();

 private:
  std::mutex mutex_;
  ApiKeyUses uses_{most_api_keys};
  Clock::time_point taken_;
};

}  // namespace tacit::auth
