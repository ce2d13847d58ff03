// The keys of Table::audit, which order the entries of each slot by their sequence:
//
//   slot 0: 8 sequence, big-endian. Its first byte is 0, because no log has 2^56 entries.
//   others: 255 ‖ 2 slot ‖ 8 sequence, big-endian: after all keys of slot 0.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "crypto/memory/bytes.hpp"
#include "store/model/audit_slot.hpp"

namespace tacit::store {

/// A key of Table::audit, or a prefix of one, built in place. A contiguous range of bytes.
class AuditKey {
 public:
  constexpr AuditKey& add(std::uint8_t byte) {
    bytes_.at(size_++) = byte;
    return *this;
  }
  constexpr const std::uint8_t* data() const { return bytes_.data(); }
  constexpr std::size_t size() const { return size_; }
  constexpr const std::uint8_t* begin() const { return data(); }
  constexpr const std::uint8_t* end() const { return data() + size_; }
  crypto::ByteView view() const { return {data(), size_}; }

 private:
  std::array<std::uint8_t, 11> bytes_{};
  std::size_t size_ = 0;
};

/// The key of an entry of an embedded store's slot. Also 8 bytes, big-endian, for what is hashed or signed.
std::array<std::uint8_t, 8> audit_key(std::uint64_t sequence);
/// The key of an entry.
AuditKey audit_key(AuditSlot slot, std::uint64_t sequence);
/// With what the keys of a slot begin, and no others.
AuditKey audit_prefix(AuditSlot slot);

/// The place that a key names.
struct AuditPlace {
  AuditSlot slot;
  std::uint64_t sequence = 0;
};
/// std::nullopt if it is not a key of an entry.
std::optional<AuditPlace> parse_audit_key(crypto::ByteView key);

}  // namespace tacit::store
