// Decides when an issuer's keys and metadata are fetched again: by the freshness of its responses, earlier on request,
// with exponential backoff after failures. Does no I/O.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace tacit::auth {

struct RefreshTerms {
  std::chrono::milliseconds least{};  ///< bounds of the time between successful fetches
  std::chrono::milliseconds most{};
  /// How long fetched keys stay in use after the first due refresh that failed.
  std::chrono::milliseconds keep{};
  std::chrono::milliseconds retry_first{1'000};  ///< after a failure; doubles
  std::chrono::milliseconds retry_most{60'000};
  std::chrono::milliseconds ask_every{10'000};  ///< between early fetches; after a failure, since any fetch
};

/// Not thread-safe. Callers pass nondecreasing times.
class RefreshSchedule {
 public:
  using Time = std::chrono::steady_clock::time_point;

  RefreshSchedule(const RefreshTerms& terms, Time first_due) : terms_(terms), due_(first_due) {}

  /// Whether a fetch should start. False while one is in progress.
  bool due(Time now) const { return !fetching_ && (forced_ || now >= due_); }
  /// The time of the next event: a fetch, or the end of the fetched keys' use. Must not be called while fetching.
  Time wakes_at() const;
  bool fetching() const { return fetching_; }

  void started(Time now);
  /// The fetch that succeeded() or failed() is about to end obtained new keys. They stay in use as long as they are
  /// refreshed in time, even with a short `keep`.
  void renewed();
  /// `fresh_for` is the response's freshness, if stated; `spread` from 0 to 1 moves the next fetch by up to a tenth
  /// either way, so that servers started together do not fetch together.
  void succeeded(Time now, std::optional<std::chrono::seconds> fresh_for, double spread);
  /// A failed early fetch does not shorten the use of the keys: `keep` counts only from when their refresh falls due.
  void failed(Time now, double spread);

  /// Requests newer keys. True: a fetch is in progress or due now, so the caller should wait. False: a requested fetch
  /// took place less than ask_every ago. Periodic fetches do not count for ask_every, because an issuer may sign with a
  /// new key at any time.
  bool ask(Time now);
  /// Makes a fetch due now; if one is in progress, another one after it.
  void force() { forced_ = true; }

  /// Whether the refresh of fetched keys has failed since it fell due `keep` ago. Returns true once; the caller then
  /// drops the keys.
  bool gives_up(Time now);

 private:
  Time after(Time now, std::chrono::milliseconds interval, double spread) const;

  RefreshTerms terms_;
  Time due_;
  std::optional<Time> started_;
  std::optional<Time> asked_;         ///< when the last early fetch was requested
  std::optional<Time> refresh_due_;   ///< of the keys in use; std::nullopt: none
  std::optional<Time> serves_until_;  ///< of the keys in use; std::nullopt while no refresh was missed
  std::uint32_t failures_ = 0;        ///< in a row
  bool fetching_ = false;
  bool forced_ = false;
  bool renewed_ = false;  ///< by the fetch about to end
};

}  // namespace tacit::auth
