// Another store on the engine of a fixture's store, in which something happens just before a write: what another
// request could do between the preparation and the transaction of an operation.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "store/engine/engine.hpp"

namespace tacit::store::testing {

/// Calls `before_write` before the next write, or before each one.
class InterruptedEngine final : public Engine {
 public:
  enum class How : bool { once, each_write };

  InterruptedEngine(Engine& below, std::function<void()> before_write, How how = How::once)
      : Engine(below.write_deadline()), below_(below), before_write_(std::move(before_write)), how_(how) {}

  const EngineTraits& traits() const override { return below_.traits(); }
  std::optional<Errc> read(const Work& work) override { return below_.read(work); }
  boost::asio::awaitable<std::optional<Errc>> read_async(Work work) override {
    return below_.read_async(std::move(work));
  }
  void submit(Write write) override {
    const auto call = how_ == How::once ? std::exchange(before_write_, nullptr) : before_write_;
    if (call) call();
    below_.submit(std::move(write));
  }
  // The engine below belongs to another store, which closes it.
  bool finish(std::chrono::milliseconds) override { return true; }
  void close() override {}
  std::optional<std::string> unwilling() const override { return below_.unwilling(); }
  std::optional<std::string> displaced() const override { return below_.displaced(); }
  EngineStatistics statistics() const override { return below_.statistics(); }
  StorageStatistics storage() const override { return below_.storage(); }
  Room room() const override { return below_.room(); }

 private:
  Engine& below_;
  std::function<void()> before_write_;
  How how_;
};

}  // namespace tacit::store::testing
