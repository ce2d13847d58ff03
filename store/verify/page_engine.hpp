// An engine that reads a store's rows page by page (store/verify/store_pages.hpp). Rows behind a damaged page are left
// out, and the damage is noted; all others are found.
#pragma once

#include "store/verify/store_pages.hpp"

namespace tacit::store {

/// Read-only. For one thread.
class PageEngine final : public Engine {
 public:
  /// `pages` must outlive it, and receives the damage that reads find.
  explicit PageEngine(StorePages& pages) : Engine({}), pages_(pages) {}

  const EngineTraits& traits() const override { return embedded_traits; }
  std::optional<Errc> read(const Work& work) override;
  void submit(Write write) override { write.done(Errc::unavailable); }
  bool finish(std::chrono::milliseconds /*most*/) override { return true; }
  void close() override {}
  std::optional<std::string> unwilling() const override { return "the store is open read-only"; }
  EngineStatistics statistics() const override { return {}; }
  StorageStatistics storage() const override { return {}; }

 private:
  StorePages& pages_;
};

}  // namespace tacit::store
