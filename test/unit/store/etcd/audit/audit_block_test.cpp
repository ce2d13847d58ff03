// The form of audit blocks: what was encoded comes back, and hostile bytes neither pass nor take more than their
// limits.
#include "store/etcd/audit/audit_block.hpp"

#include <boost/test/unit_test.hpp>

#include <zlib.h>

#include <random>
#include <stdexcept>

#include "store/rows/codec.hpp"

using namespace tacit::store;
using namespace tacit::store::etcd;
namespace crypto = tacit::crypto;

namespace {

AuditSignature signature_by(crypto::SigningRole role) {
  AuditSignature signature;
  signature.role = role;
  signature.key.fill(7);
  signature.signature.fill(9);
  return signature;
}

AuditBlock sample() {
  AuditBlock block;
  block.operation.fill(1);
  block.slot = slot_of(SlotOwner::api, 3);
  block.first = 41;
  block.previous.fill(2);
  for (int i = 0; i < 3; ++i) {
    BlockEntry& entry = block.entries.emplace_back();
    entry.body = R"({"time":"2026-01-01T00:00:00.00000)" + std::to_string(i) + R"(Z","plane":"api"})";
  }
  block.entries.back().first = 42;
  block.entries.back().signatures = {signature_by(crypto::SigningRole::api),
                                     signature_by(crypto::SigningRole::operators)};
  return block;
}

void is_same(const AuditBlock& found, const AuditBlock& expected) {
  BOOST_TEST((found.operation == expected.operation));
  BOOST_TEST((found.slot == expected.slot));
  BOOST_TEST(found.first == expected.first);
  BOOST_TEST((found.previous == expected.previous));
  BOOST_TEST_REQUIRE(found.entries.size() == expected.entries.size());
  for (std::size_t i = 0; i < found.entries.size(); ++i) {
    const BlockEntry& entry = found.entries[i];
    BOOST_TEST(entry.body == expected.entries[i].body);
    BOOST_TEST(entry.first == expected.entries[i].first);
    BOOST_TEST_REQUIRE(entry.signatures.size() == expected.entries[i].signatures.size());
    for (std::size_t j = 0; j < entry.signatures.size(); ++j) {
      BOOST_TEST((entry.signatures[j].role == expected.entries[i].signatures[j].role));
      BOOST_TEST((entry.signatures[j].key == expected.entries[i].signatures[j].key));
      BOOST_TEST((entry.signatures[j].signature == expected.entries[i].signatures[j].signature));
    }
  }
}

void is_refused(const Bytes& value) { BOOST_TEST(!decode_block(value).has_value()); }

/// A block with these parts, whatever they are.
Bytes block_of(std::uint16_t slot, std::uint64_t first, std::uint32_t number, std::uint32_t size, const Bytes& plain,
               std::uint8_t format = 1) {
  uLongf packed_size = ::compressBound(static_cast<uLong>(plain.size()));
  Bytes packed(packed_size);
  BOOST_TEST_REQUIRE(::compress2(packed.data(), &packed_size, plain.data(), static_cast<uLong>(plain.size()), 9) ==
                     Z_OK);
  packed.resize(packed_size);
  Bytes value;
  Encoder encoder(value);
  encoder.u8(format);
  encoder.raw(Bytes(16));
  encoder.u16(slot);
  encoder.u64(first);
  encoder.raw(Bytes(32));
  encoder.u32(number);
  encoder.u32(size);
  encoder.raw(packed);
  return value;
}

Bytes entry_bytes(std::string_view body, std::uint8_t mark = 0) {
  Bytes plain;
  Encoder encoder(plain);
  encoder.text(body);
  encoder.u8(mark);
  return plain;
}

const std::uint16_t some_slot = slot_of(SlotOwner::api, 1).number;

/// With the declared size that fits.
Bytes small_block(const Bytes& plain, std::uint32_t number = 1, std::uint64_t first = 1) {
  return block_of(some_slot, first, number, static_cast<std::uint32_t>(plain.size()), plain);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_block)

BOOST_AUTO_TEST_CASE(a_block_comes_back_as_it_was) {
  const AuditBlock block = sample();
  const auto found = decode_block(encode_block(block));
  BOOST_TEST_REQUIRE(found.has_value());
  is_same(*found, block);
}

BOOST_AUTO_TEST_CASE(a_commits_end_without_signatures_and_an_embedded_slot_come_back) {
  AuditBlock block = sample();
  block.slot = AuditSlot();
  block.entries[0].first = 41;
  block.entries[1].body.clear();
  const auto found = decode_block(encode_block(block));
  BOOST_TEST_REQUIRE(found.has_value());
  is_same(*found, block);
}

BOOST_AUTO_TEST_CASE(entries_are_deflated) {
  AuditBlock block = sample();
  block.entries.clear();
  std::size_t size = 0;
  for (int i = 0; i < 32; ++i) {
    BlockEntry& entry = block.entries.emplace_back();
    entry.body =
        R"({"time":"2026-01-01T00:00:00.000000Z","plane":"api","actor":"api-key:abcdef","action":"secret.create"})";
    size += block_bytes(entry);
  }
  BOOST_TEST(encode_block(block).size() < size / 4);
}

BOOST_AUTO_TEST_CASE(what_an_entry_adds_is_known) {
  const AuditBlock block = sample();
  std::size_t size = 0;
  for (const BlockEntry& entry : block.entries) size += block_bytes(entry);
  const Bytes value = encode_block(block);
  Decoder decoder(value);
  decoder.raw(1 + 16 + 2 + 8 + 32 + 4);
  BOOST_TEST(decoder.u32() == size);
}

BOOST_AUTO_TEST_CASE(a_block_above_the_limits_is_not_made) {
  AuditBlock block = sample();
  block.entries.clear();
  BOOST_CHECK_THROW(encode_block(block), std::length_error);
  block.entries.resize(most_block_entries);
  BOOST_TEST(decode_block(encode_block(block)).has_value());
  block.entries.resize(most_block_entries + 1);
  BOOST_CHECK_THROW(encode_block(block), std::length_error);
  block.entries.resize(1);
  block.entries[0].body.assign(most_block_bytes - 5, 'x');
  BOOST_TEST(decode_block(encode_block(block)).has_value());
  block.entries[0].body.push_back('x');
  BOOST_CHECK_THROW(encode_block(block), std::length_error);
  block = sample();
  block.first = 0;
  BOOST_CHECK_THROW(encode_block(block), std::length_error);
}

BOOST_AUTO_TEST_CASE(declared_sizes_and_counts_are_limited) {
  const Bytes plain = entry_bytes("body");
  BOOST_TEST(decode_block(small_block(plain)).has_value());  // what follows differs from this in one point
  is_refused(small_block(plain, 0));
  is_refused(small_block(plain, 2));
  is_refused(small_block(plain, most_block_entries + 1));
  is_refused(small_block(plain, UINT32_MAX));
  is_refused(small_block(plain, 1, 0));
  is_refused(small_block(plain, 1, UINT64_MAX));
  const auto size = static_cast<std::uint32_t>(plain.size());
  is_refused(block_of(some_slot, 1, 1, size - 1, plain));
  is_refused(block_of(some_slot, 1, 1, size + 1, plain));
  is_refused(block_of(some_slot, 1, 1, 0, plain));
  is_refused(block_of(some_slot, 1, 1, UINT32_MAX, plain));
  is_refused(block_of(slots_of_owner, 1, 1, size, plain));  // no slot
  is_refused(block_of(UINT16_MAX, 1, 1, size, plain));
  is_refused(block_of(some_slot, 1, 1, size, plain, 2));
}

BOOST_AUTO_TEST_CASE(a_bomb_is_not_inflated_beyond_what_it_declares) {
  const Bytes zeros(std::size_t{64} << 20);
  is_refused(block_of(some_slot, 1, 1, static_cast<std::uint32_t>(zeros.size()), zeros));
  is_refused(block_of(some_slot, 1, 1, static_cast<std::uint32_t>(most_block_bytes), zeros));
  is_refused(block_of(some_slot, 1, 1, 100, zeros));
}

BOOST_AUTO_TEST_CASE(nothing_follows_the_entries_or_the_deflated_bytes) {
  Bytes plain = entry_bytes("body");
  Bytes value = small_block(plain);
  value.push_back(0);
  is_refused(value);
  plain.push_back(0);
  is_refused(small_block(plain));
}

BOOST_AUTO_TEST_CASE(entries_have_their_form) {
  is_refused(small_block(entry_bytes("body", 1)));        // a signature without a commit's end
  is_refused(small_block(entry_bytes("body", 128)));      // the commit's first sequence is missing
  is_refused(small_block(entry_bytes("body", 128 + 4)));  // four signatures
  Bytes plain = entry_bytes("body", 128 + 1);
  Encoder encoder(plain);
  encoder.u64(1);
  encoder.u8(0);  // no role
  encoder.raw(Bytes(8 + 64));
  is_refused(small_block(plain));
  plain[plain.size() - 8 - 64 - 1] = static_cast<std::uint8_t>(crypto::SigningRole::tools);
  BOOST_TEST(decode_block(small_block(plain)).has_value());
  Bytes long_body;
  Encoder text(long_body);
  text.u32(UINT32_MAX);
  text.u8(0);
  is_refused(small_block(long_body));
}

BOOST_AUTO_TEST_CASE(every_truncated_or_altered_block_is_refused_or_decoded_within_limits) {
  const Bytes value = encode_block(sample());
  for (std::size_t size = 0; size < value.size(); ++size)
    is_refused(Bytes(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(size)));
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    Bytes altered = value;
    altered[random() % altered.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
    const auto found = decode_block(altered);
    if (!found) continue;
    BOOST_REQUIRE(!found->entries.empty() && found->entries.size() <= most_block_entries);
    BOOST_REQUIRE_NO_THROW(encode_block(*found));
  }
}

BOOST_AUTO_TEST_SUITE_END()
