// The state of the store's file or cluster, for operators: its place, its integrity and its room.
#pragma once

#include <optional>
#include <string>

#include "store/engine/etcd_figures.hpp"
#include "store/engine/room.hpp"

namespace tacit::store {

/// What every engine reports. Thread-safe. The defaults are those of an engine that does not write.
class EngineState {
 public:
  EngineState() = default;
  EngineState(const EngineState&) = delete;
  EngineState& operator=(const EngineState&) = delete;
  virtual ~EngineState() = default;

  /// std::nullopt if the store's file is still in its place; else, in words, why writes are refused and reads differ
  /// from what other processes find there. Separate from `unwilling`, because ending the process does not help: it may
  /// have the last copy.
  virtual std::optional<std::string> displaced() const { return std::nullopt; }
  /// std::nullopt while no damage to the store's file is known; else a warning, in words. Nothing is refused because of
  /// it.
  virtual std::optional<std::string> damage() const { return std::nullopt; }
  /// The room that is left, at most one second old.
  virtual Room room() const { return {}; }
  /// Of an engine on etcd, kept by it, so that asking waits for nothing; std::nullopt for other engines.
  virtual std::optional<EtcdFigures> etcd_figures() const { return std::nullopt; }
};

}  // namespace tacit::store
