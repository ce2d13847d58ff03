// How the store is: whether it takes changes, how much room it has, its figures, and whether it is whole.
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

  /// Nothing if changes are being taken and audited; else why not, in words.
  std::optional<std::string> unwilling() const;
  /// Nothing if the store is in its place; else, in words, why changes are refused though the store could take them.
  std::optional<std::string> displaced() const;
  /// How much more can be kept, as it was within the last second.
  Room room() const;
  /// For metrics. Looks through what there is, so not to be asked all the time.
  StoreStatistics statistics() const;
  /// Checks every invariant on one snapshot of a live store, and every secret and API key against what the audit log
  /// says became of it, so that rows put back or taken away are found. Opens values only if the root private keyring
  /// was given. Cannot see that a whole store was put back to an earlier state, or rows together with a log that was
  /// cut off or written anew to fit: compare its `audit_head` with one kept elsewhere for that. Nor does the log tell
  /// an old quota.
  Outcome<VerifyReport> verify(const std::function<void(const VerifyProgress&)>& progress) const;

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
