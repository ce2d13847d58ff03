// A whole rekey (store/keys/rekey.hpp), of one tenant or of all: step after step, at a bounded rate. Progress is
// recorded in the audit log.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "store/engine/async.hpp"
#include "store/keys/pace.hpp"
#include "store/keys/rekey.hpp"
#include "store/keys/run_steps.hpp"
#include "store/model/verify_report.hpp"

namespace tacit::store {

class AuditTrail;
class Keys;

/// For one thread. The first two of the constructor's arguments must outlive it.
class RekeyRun {
 public:
  RekeyRun(Keys& keys, AuditTrail& audit, RekeyWish wish, AuditContext who);

  /// Call first. Audits the beginning. Fails with not_found if nothing is stored of the tenant, with not_allowed or
  /// integrity like a rewrap of root keys, with not_allowed while nothing is signed or without the private halves that
  /// it needs, with unavailable before the store takes rows of format 3.
  Async<void> begin();
  /// The number of secrets that are to be sealed again. Also looks for key pairs of one number, in all of the store.
  Outcome<std::uint64_t> count(const std::function<void(const VerifyProgress&)>& progress);
  /// Call after `count`. Runs to the end; retries and fails like RewrapRun::run.
  Async<void> run(RunWatch watch);
  /// Of all tenants only, after a run that left nothing unfinished: the sequence from which all audit entries are
  /// signed, for the cut-off line of the root public keyring; else why there is none. The mark of the rekey then stays,
  /// so that the next run continues.
  Outcome<std::uint64_t> cut_off() const;

  std::uint64_t tenants() const { return tenants_; }    ///< that got a new pair, or lost their previous one
  std::uint64_t secrets() const { return secrets_; }    ///< sealed again
  std::uint64_t problems() const { return problems_; }  ///< reported
  /// Those of them that are values which the run was to leave behind.
  std::uint64_t discarded() const { return discarded_; }
  /// Whether something has to be done by a further run.
  bool unfinished() const { return unfinished_ > 0; }
  /// The work done so far, in words.
  std::string figures() const;

 private:
  Async<void> run_all(const RunWatch& watch);
  Async<void> renew_pool();
  Async<std::uint64_t> walk_tenants(const RunWatch& watch);
  Async<void> finish_all(const RunWatch& watch);
  Async<void> end();
  Async<void> run_tenant(crypto::Uuid tenant, const RunWatch& watch);
  void report(const std::string& sentence, const RunWatch& watch);
  boost::asio::awaitable<void> record(AuditOutcome outcome, const char* how_far, const RunWatch& watch);

  Keys& keys_;
  AuditTrail& audit_;
  const RekeyWish wish_;
  std::shared_ptr<RekeyOrder> order_;
  Pace pace_;
  std::uint64_t first_entry_ = 0;  ///< the sequence of this run's first audit entry
  std::uint64_t tenants_ = 0;
  std::uint64_t secrets_ = 0;
  std::uint64_t problems_ = 0;
  std::uint64_t discarded_ = 0;
  std::uint64_t unfinished_ = 0;
  Outcome<std::uint64_t> cut_off_;
};

}  // namespace tacit::store
