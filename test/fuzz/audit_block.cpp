// Audit blocks in etcd, whose packed part the target packs itself: what decodes encodes to the same entries.
#include "store/etcd/audit/audit_block.hpp"

#include <zlib.h>

#include "store/audit/audit_log.hpp"
#include "store/etcd/audit/audit_rows.hpp"
#include "store/rows/codec.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

using store::Bytes;
using store::etcd::AuditBlock;

constexpr std::size_t head_size = 1 + 16 + 2 + 8 + 32 + 4;
constexpr crypto::Uuid the_store{{1}};

/// The head of the input, the size of its rest, and that packed.
Bytes block_of(std::string_view head, std::string_view entries) {
  Bytes value = bytes_of(head);
  value.resize(head_size);
  store::Encoder(value).u32(static_cast<std::uint32_t>(entries.size()));
  uLongf size = ::compressBound(entries.size());
  Bytes packed(size);
  const crypto::ByteView plain = crypto::as_bytes(entries);
  if (::compress2(packed.data(), &size, plain.data(), plain.size(), 1) != Z_OK) std::abort();
  value.insert(value.end(), packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size));
  return value;
}

bool same(const store::etcd::BlockEntry& a, const store::etcd::BlockEntry& b) {
  return a.body == b.body && a.first == b.first && a.signatures.size() == b.signatures.size();
}

void check(const AuditBlock& block) {
  std::size_t bytes = 0;
  for (const auto& entry : block.entries) bytes += store::etcd::block_bytes(entry);
  TACIT_HOLDS(bytes <= store::etcd::most_block_bytes);
  const auto again = store::etcd::decode_block(store::etcd::encode_block(block));
  TACIT_HOLDS(again && std::ranges::equal(again->entries, block.entries, same));
  TACIT_HOLDS(again->first == block.first && again->slot == block.slot && again->previous == block.previous);
  const auto rows = store::etcd::rows_of_block(block, the_store);
  TACIT_HOLDS(rows.size() == block.entries.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto entry = store::parse_audit_row({.key = rows[i].key, .value = rows[i].value});
    TACIT_HOLDS(entry && entry->sequence == block.first + i && entry->body == block.entries[i].body);
    if (i + 1 == rows.size()) TACIT_HOLDS(entry->hash == store::etcd::hash_of_block(block, the_store));
  }
}

Description describe() {
  AuditBlock block;
  block.slot = store::slot_of(store::SlotOwner::api, 1);
  block.first = 5;
  block.entries.push_back({.body = R"({"time":"2026-01-01T00:00:00Z"})", .first = 0, .signatures = {}});
  block.entries.push_back({.body = R"({"time":"2026-01-01T00:00:00Z"})",
                           .first = 5,
                           .signatures = {store::AuditSignature{.role = crypto::SigningRole::api}}});
  const Bytes value = store::etcd::encode_block(block);
  std::string entries;
  for (const std::uint8_t mark : {std::uint8_t{0}, std::uint8_t{0x81}}) {
    entries += Seed().number(std::uint32_t{2}).rest("{}").byte(mark);
    if (mark != 0) entries += Seed().number(std::uint64_t{5}).byte(2).rest(std::string(72, 's'));
  }
  const std::string head(crypto::as_text(value).substr(0, head_size));
  return {.max_size = 4096,
          .seeds = {Seed().byte(0).rest(value), Seed().byte(1).rest(head).rest(entries)},
          .words = {"\x81", "\x80", "\x82"}};
}

void take(std::string_view input) {
  Input in(input);
  const bool packed = !in.flag();
  Bytes value = packed ? bytes_of(in.rest()) : Bytes();
  if (!packed) {
    const std::string_view head = in.bytes(head_size);
    value = block_of(head, in.rest());
  }
  const auto block = store::etcd::decode_block(value);
  if (block) check(*block);
}

const Target target("audit_block", describe, take);

}  // namespace
}  // namespace tacit::fuzz
