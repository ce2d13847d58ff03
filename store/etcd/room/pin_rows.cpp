#include "store/etcd/room/pin_rows.hpp"

#include <algorithm>

#include "store/rows/codec.hpp"

namespace tacit::store::etcd {
namespace {

constexpr std::array<std::uint8_t, 2> pins_begin{0xFF, 0xFF};

}  // namespace

Bytes pin_key(const KeyMap& keys, const PinId& id) {
  Bytes rest(pins_begin.begin(), pins_begin.end());
  rest.insert(rest.end(), id.begin(), id.end());
  return keys.lease(rest);
}

Range pin_keys(const KeyMap& keys) {
  Range range;
  range.key = keys.lease(pins_begin);
  range.end = keys.lease({});
  ++range.end.back();  // the end of all leases: none is larger than the pins
  range.limit = most_pins;
  return range;
}

Bytes encode_pin(std::int64_t revision) {
  Bytes value;
  Encoder encoder(value);
  encoder.i64(revision);
  return value;
}

std::optional<std::int64_t> lowest_pin(const std::vector<KeyValue>& rows) {
  std::optional<std::int64_t> lowest;
  for (const KeyValue& row : rows) {
    Decoder decoder(row.value);
    const std::int64_t stored = decoder.i64();
    const std::int64_t revision = decoder.done() && stored > 0 ? stored : 1;
    lowest = std::min(lowest.value_or(revision), revision);
  }
  return lowest;
}

}  // namespace tacit::store::etcd
