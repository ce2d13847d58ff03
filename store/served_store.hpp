// A store as a long-running server opens it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "store/store.hpp"

namespace tacit::store {

/// How often a server checks whether the store's format can rise.
inline constexpr std::chrono::seconds raise_format_every{10};

/// Like Store::open. Fails also if the store does not name the primary root key of the keyrings. Also raises the
/// store's format, if the keys match, as soon as no process of an older build has it open
/// (store/lmdb/engine/format_rise.hpp). `on_format` receives the new format, once, on a thread of the store.
Outcome<std::unique_ptr<Store>> open_served_store(const StoreOptions& options, StoreKeys keys,
                                                  std::function<void(std::uint32_t)> on_format);

/// Succeeds if a server may start with this store and its keyrings; else fails with the reason.
Outcome<void> check_for_serving(const Store& store);

}  // namespace tacit::store
