// The head row of an audit slot: each commit of the slot's process compares and replaces it, so that a process that has
// lost the slot without knowing it cannot commit any more.
//
// Format 1, big-endian: 1 format ‖ 16 operation ‖ 8 sequence of the newest entry ‖ 32 its hash ‖ 8 sequence of the
// first entry of the newest block (0: there is none).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "crypto/memory/bytes.hpp"
#include "crypto/primitives/digest.hpp"

namespace tacit::store::etcd {

using crypto::Bytes;
using crypto::ByteView;

struct SlotHead {
  std::array<std::uint8_t, 16> operation{};  ///< random, of the commit that wrote the row
  std::uint64_t sequence = 0;                ///< 0: the slot has no entry
  crypto::Digest hash{};
  std::uint64_t newest_block = 0;
};

Bytes encode_slot_head(const SlotHead& head);
/// std::nullopt if it is not a head as documented, or its newest block begins after its newest entry.
std::optional<SlotHead> decode_slot_head(ByteView value);

}  // namespace tacit::store::etcd
