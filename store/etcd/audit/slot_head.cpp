#include "store/etcd/audit/slot_head.hpp"

#include "store/rows/codec.hpp"

namespace tacit::store::etcd {
namespace {

constexpr std::uint8_t format = 1;

}  // namespace

Bytes encode_slot_head(const SlotHead& head) {
  Bytes value;
  Encoder encoder(value);
  encoder.u8(format);
  encoder.raw(head.operation);
  encoder.u64(head.sequence);
  encoder.raw(head.hash);
  encoder.u64(head.newest_block);
  return value;
}

std::optional<SlotHead> decode_slot_head(ByteView value) {
  Decoder decoder(value);
  SlotHead head;
  if (decoder.u8() != format) return std::nullopt;
  decoder.into(head.operation);
  head.sequence = decoder.u64();
  decoder.into(head.hash);
  head.newest_block = decoder.u64();
  if (!decoder.done() || head.newest_block > head.sequence) return std::nullopt;
  return head;
}

}  // namespace tacit::store::etcd
