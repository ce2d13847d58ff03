#include "store/rows/sealed_prefixes.hpp"

#include <algorithm>
#include <stdexcept>

#include "store/rows/codec.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t number_size = 2;
constexpr std::size_t step = 80;  // eight entries

std::size_t padded_size(std::size_t entries) {
  constexpr std::size_t entry = 2 + 8;
  return number_size + (entries * entry + step - 1) / step * step;
}

crypto::Bytes encode(const PrefixCounts& counts) {
  crypto::Bytes plaintext;
  Encoder encoder(plaintext);
  encoder.u16(static_cast<std::uint16_t>(counts.entries().size()));
  for (const auto& [length, count] : counts.entries()) {
    encoder.u16(length);
    encoder.u64(count);
  }
  plaintext.resize(padded_size(counts.entries().size()));
  return plaintext;
}

std::optional<PrefixCounts> decode(crypto::ByteView plaintext) {
  Decoder decoder(plaintext);
  const std::size_t number = decoder.u16();
  if (plaintext.size() != padded_size(number)) return std::nullopt;
  std::vector<PrefixCounts::Entry> entries;
  for (std::size_t left = number; left > 0 && decoder.ok(); --left) {
    const auto length = decoder.u16();
    entries.emplace_back(length, decoder.u64());
  }
  const bool zeros = std::ranges::all_of(decoder.rest(), [](std::uint8_t byte) { return byte == 0; });
  PrefixCounts counts;
  if (!decoder.ok() || !zeros || !counts.assign(std::move(entries))) return std::nullopt;
  return counts;
}

}  // namespace

const PrefixCounts* SealedPrefixes::open(const crypto::TenantKeys& keys) {
  if (counts_) return &*counts_;
  if (keys.metadata_key_id() != sealed_under_) return nullptr;
  const auto plaintext = keys.open_prefixes(box_);
  if (!plaintext) return nullptr;
  counts_ = decode(plaintext->view());
  return counts_ ? &*counts_ : nullptr;
}

PrefixCounts* SealedPrefixes::change(const crypto::TenantKeys& keys) {
  if (open(keys) == nullptr) return nullptr;
  box_.clear();
  return &*counts_;
}

crypto::Bytes SealedPrefixes::box(const crypto::TenantKeys& keys) const {
  if (!box_.empty() && sealed_under_ == keys.metadata_key_id()) return box_;
  if (!counts_) throw std::logic_error("the prefix lengths are sealed under another metadata key");
  return keys.seal_prefixes(encode(*counts_));
}

}  // namespace tacit::store
