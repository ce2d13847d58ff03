// When API keys were last used, on its way to the store: noted in memory by the thread that served the request,
// gathered from the threads now and then, and stored for all keys together, so that a request costs neither a lock nor
// a write. What is on the way when the process dies is lost: a last use is a hint for whoever cleans up, not a record.
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

/// The latest use of each of a limited number of keys. Not thread-safe.
class ApiKeyUses {
 public:
  explicit ApiKeyUses(std::size_t most_keys) : most_keys_(most_keys) {}

  /// `at` is in microseconds since the Unix epoch. A further key beyond the limit is passed over: it is noted when it
  /// is used again after the next take().
  void note(std::string_view id, std::int64_t at);
  bool empty() const { return latest_.empty(); }
  /// All of them; none are left.
  std::vector<store::ApiKeyUse> take();

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::size_t most_keys_;
  std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> latest_;
};

/// What the threads have noted and the store has not yet. Thread-safe.
class ApiKeyUseLog {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds interval{30};  ///< of what due() answers
  static constexpr std::size_t most_keys_of_thread = 1024;
  static constexpr std::size_t most_keys = 16384;

  explicit ApiKeyUseLog(Clock::time_point now = Clock::now()) : taken_(now) {}

  void gather(const std::vector<store::ApiKeyUse>& uses);
  /// What to store now: all there is, but nothing before the interval since the last time is over.
  std::vector<store::ApiKeyUse> due(Clock::time_point now);
  /// All there is.
  std::vector<store::ApiKeyUse> take();

 private:
  std::mutex mutex_;
  ApiKeyUses uses_{most_keys};
  Clock::time_point taken_;
};

}  // namespace tacit::auth
