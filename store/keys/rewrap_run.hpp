// A whole rewrap (store/keys/rewrap.hpp) of one kind of keys: step after step, at a bounded rate, until no row names an
// older key. Progress is recorded in the audit log from time to time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "store/engine/async.hpp"
#include "store/keys/rewrap.hpp"
#include "store/keys/run_steps.hpp"
#include "store/model/audit.hpp"
#include "store/model/key_kind.hpp"
#include "store/model/verify_report.hpp"

namespace tacit::store {

class AuditTrail;
class Keys;

/// For one thread. The constructor's arguments must outlive it.
class RewrapRun {
 public:
  /// `rate`: rows per second, 0: unlimited.
  RewrapRun(Keys& keys, AuditTrail& audit, KeyKind kind, std::uint64_t rate, AuditContext who);

  /// Call first. See Keys::begin_rewrap.
  Async<void> begin();
  /// The number of rows that name another key than the target. Runs on the calling thread.
  Outcome<std::uint64_t> count(const std::function<void(const VerifyProgress&)>& progress) const;
  /// Runs to the end. Retries a step that fails with `unavailable` for ten seconds, because another process may hold
  /// the store's lock. Fails with a step's failure; finished steps stay done, and another run continues from there.
  Async<void> run(RunWatch watch);

  const crypto::KeyId& target() const { return target_; }
  std::uint64_t rows() const { return done_.rows(); }
  std::uint64_t problems() const { return problems_; }
  /// The work done so far, in words.
  std::string figures() const;

 private:
  Outcome<std::uint64_t> count_stale(KeyKind kind, const crypto::KeyId& target,
                                     const std::function<void(const VerifyProgress&)>& progress) const;
  void add(const RewrapStep& step, const RunWatch& watch);
  boost::asio::awaitable<void> record(AuditOutcome outcome, const char* how_far, const RunWatch& watch);

  Keys& keys_;
  AuditTrail& audit_;
  const KeyKind kind_;
  const std::uint64_t rate_;
  const AuditContext who_;
  crypto::KeyId target_{};
  RewrapStep done_;
  std::uint64_t problems_ = 0;
  std::uint64_t next_entry_ = 0;
};

}  // namespace tacit::store
