// When what an issuer publishes is fetched again: by what it says of its answers' freshness, sooner when somebody needs
// it, later and later while it fails. Decides; fetches nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace tacit::auth {

struct RefreshTerms {
  std::chrono::milliseconds least{60'000};  ///< bounds of the time between fetches that succeed
  std::chrono::milliseconds most{3'600'000};
  /// How long what was fetched serves on from the first refresh that fell due and failed.
  std::chrono::milliseconds keep{24 * 3'600'000};
  std::chrono::milliseconds retry_first{1'000};  ///< after a failure; doubles
  std::chrono::milliseconds retry_most{60'000};
  std::chrono::milliseconds ask_every{10'000};  ///< between early fetches; while fetching fails, after any fetch
};

/// Not thread-safe. Times never run backwards.
class RefreshSchedule {
 public:
  using Time = std::chrono::steady_clock::time_point;

  RefreshSchedule(const RefreshTerms& terms, Time first_due) : terms_(terms), due_(first_due) {}

  /// Whether a fetch should start. False while one is under way.
  bool due(Time now) const { return !fetching_ && (forced_ || now >= due_); }
  /// When to look again: the next fetch, or what was fetched ceases to serve. Not to be asked while fetching.
  Time wakes_at() const;
  bool fetching() const { return fetching_; }

  void started(Time now);
  /// The fetch that ends now, by one of the next two, brought what is used from now on. It serves for as long as it is
  /// refreshed in time, however short `keep` is.
  void renewed();
  /// `fresh_for` is what the answer said, if anything; `spread` from 0 to 1 moves the next fetch by up to a tenth
  /// either way, so that servers that were started together do not ask together.
  void succeeded(Time now, std::optional<std::chrono::seconds> fresh_for, double spread);
  /// An early fetch that fails takes nothing from what is used: that is missed only from when its refresh falls due.
  void failed(Time now, double spread);

  /// Somebody needs newer than there is. True: a fetch is under way or due now, worth waiting for. False: it
  /// was asked for less than ask_every ago, and brought what there is. The first to ask does not wait for a fetch that
  /// nobody asked for to grow old: an issuer may sign with a new key at any time.
  bool ask(Time now);
  /// A fetch is due, however long ago the last one was; another one if it is under way now.
  void force() { forced_ = true; }

  /// Whether something was fetched whose refresh fell due `keep` ago and has failed since. True once: then it has to be
  /// given up.
  bool gives_up(Time now);

 private:
  Time after(Time now, std::chrono::milliseconds interval, double spread) const;

  RefreshTerms terms_;
  Time due_;
  std::optional<Time> started_;
  std::optional<Time> asked_;         ///< for the last early fetch
  std::optional<Time> refresh_due_;   ///< of what is used; nothing: nothing is
  std::optional<Time> serves_until_;  ///< of what is used; nothing while no refresh of it was missed
  std::uint32_t failures_ = 0;        ///< in a row
  bool fetching_ = false;
  bool forced_ = false;
  bool renewed_ = false;  ///< by the fetch that is about to end
};

}  // namespace tacit::auth
