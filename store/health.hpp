// The store's state: whether it accepts changes, its room, its figures, and its integrity.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "store/engine/room.hpp"
#include "store/engine/statistics.hpp"
#include "store/model/outcome.hpp"
#include "store/model/verify_report.hpp"

namespace tacit::store {

class CurrentContext;

/// A part of the store (store/store.hpp). Runs on the calling thread and waits for no write.
class Health {
 public:
  explicit Health(const CurrentContext& context) : context_(context) {}

  /// std::nullopt if changes are accepted and audited; else the reason, in words.
  std::optional<std::string> unwilling() const;
  /// std::nullopt if the store is in its place; else, in words, why changes are refused although the store could accept
  /// them.
  std::optional<std::string> displaced() const;
  /// std::nullopt while no damage to the store's file is known; else a warning, in words. Nothing is refused because of
  /// it.
  std::optional<std::string> damage() const;
  /// The room that is left, at most one second old.
  Room room() const;
  /// For metrics. Scans the store's state, so callers should not ask often.
  StoreStatistics statistics() const;
  /// Checks every invariant on one snapshot of a live store, and every secret and API key against the audit log, so
  /// rows that were put back or removed are found. Opens values only if the root private keyring is given. Cannot
  /// detect that a whole store was put back to an earlier state, or rows together with a log that was cut off or
  /// rewritten to match; to detect that, compare `audit_head` with a copy kept elsewhere. An old quota is not detected
  /// either, because the log does not record it.
  Outcome<VerifyReport> verify(const std::function<void(const VerifyProgress&)>& progress) const;

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
