// The store's state: whether it accepts changes, the state of its file, and its figures.
#pragma once

#include <optional>
#include <string>

#include "store/engine/engine_state.hpp"
#include "store/engine/statistics.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

class CurrentContext;

/// A part of the store (store/store.hpp). Runs on the calling thread and waits for no write.
class Health {
 public:
  explicit Health(const CurrentContext& context) : context_(context) {}

  /// std::nullopt if changes are accepted and audited; else the reason, in words.
  std::optional<std::string> unwilling() const;
  /// The state of the store's file, which the engine reports. Valid as long as the store.
  const EngineState& state() const;
  /// Reads nothing from the store.
  SigningStatistics signing() const;
  /// For metrics. Scans the store's state, so callers should not ask often.
  StoreStatistics statistics() const;
  /// A sentence if the store is in etcd, where no server raises its format, and takes no rows of the newest format yet;
  /// otherwise empty. Reads two rows.
  Outcome<std::string> format_warning() const;

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
