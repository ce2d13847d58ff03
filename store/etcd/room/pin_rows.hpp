// The keys of pinned revisions: "w" ‖ FF FF ‖ 16 random bytes, with the revision in 8 bytes, big-endian. Each has a
// lease, so that the pin of a process that died ends.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "store/etcd/engine/key_map.hpp"
#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

using PinId = std::array<std::uint8_t, 16>;

inline constexpr std::int64_t most_pins = 1024;

Bytes pin_key(const KeyMap& keys, const PinId& id);
/// All pins, up to `most_pins`.
Range pin_keys(const KeyMap& keys);
Bytes encode_pin(std::int64_t revision);
/// The lowest revision among the rows; std::nullopt without any. A row that cannot be read counts as a pin of revision
/// 1, so that nothing is compacted until it is gone: it may be of a newer version.
std::optional<std::int64_t> lowest_pin(const std::vector<KeyValue>& rows);

}  // namespace tacit::store::etcd
