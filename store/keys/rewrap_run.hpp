// A whole rewrap (store/keys/rewrap.hpp) of one kind of keys: step after step, at a bounded rate, until nothing is left
// that names an older key. How far it is goes into the audit log now and then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "store/engine/async.hpp"
#include "store/keys/rewrap.hpp"
#include "store/model/audit.hpp"
#include "store/model/key_kind.hpp"
#include "store/model/verify_report.hpp"

namespace tacit::store {

class AuditTrail;
class Keys;

/// For one thread. What it is given must outlive it.
class RewrapRun {
 public:
  /// What is told while it runs.
  struct Watch {
    std::function<void(std::uint64_t rows)> moved;             ///< after each step: so many rows are done
    std::function<void(const std::string& sentence)> problem;  ///< of a row that stays as it is
    std::function<void(const Failure& failure)> not_recorded;  ///< how far it is could not be recorded; it goes on
  };

  /// `rate`: rows a second, 0: as many as can be.
  RewrapRun(Keys& keys, AuditTrail& audit, KeyKind kind, std::uint64_t rate, AuditContext who);

  /// First of all: as Keys::begin_rewrap.
  Async<void> begin();
  /// How many rows name another key than the one that they go to. Runs on the calling thread.
  Outcome<std::uint64_t> count(const std::function<void(const VerifyProgress&)>& progress) const;
  /// To the end. A step that fails with `unavailable` is tried again for ten seconds: another process may hold the
  /// store's lock. Fails with what a step failed with; what is done stays done, and another run goes on from there.
  Async<void> run(Watch watch);

  const crypto::KeyId& target() const { return target_; }
  std::uint64_t rows() const { return done_.rows(); }
  std::uint64_t problems() const { return problems_; }
  /// What is done, in words.
  std::string figures() const;

 private:
  std::size_t step_size() const;
  Async<RewrapStep> take_step(RewrapPosition from);
  void add(const RewrapStep& step, const Watch& watch);
  boost::asio::awaitable<void> record(AuditOutcome outcome, const char* how_far, const Watch& watch);

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
