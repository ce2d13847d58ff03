#include "store/etcd/engine/key_spacing.hpp"

#include <algorithm>
#include <optional>

#include "store/etcd/engine/bytes_order.hpp"

namespace tacit::store::etcd {
namespace {

/// A request reaches over about two pages, so that few pages need a second one.
constexpr std::uint64_t rows_to_reach = 1024;
/// Fewer rows say little of the others.
constexpr std::size_t rows_to_learn_from = 64;
constexpr int most_attempts = 7;

KeyDistance number_of(ByteView bytes) {
  KeyDistance number{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), number.size()), number.begin());
  return number;
}

KeyDistance difference(const KeyDistance& larger, const KeyDistance& smaller) {
  KeyDistance result{};
  int borrow = 0;
  for (std::size_t i = result.size(); i-- > 0;) {
    const int digit = larger[i] - smaller[i] - borrow;
    borrow = digit < 0 ? 1 : 0;
    result[i] = static_cast<std::uint8_t>(digit + 256 * borrow);
  }
  return result;
}

/// At most the largest number.
KeyDistance sum(const KeyDistance& a, const KeyDistance& b) {
  KeyDistance result{};
  unsigned carry = 0;
  for (std::size_t i = result.size(); i-- > 0;) {
    carry += static_cast<unsigned>(a[i]) + b[i];
    result[i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  if (carry != 0) result.fill(0xFF);
  return result;
}

/// At most the largest number. The factor is below 2⁴⁸.
KeyDistance product(const KeyDistance& a, std::uint64_t factor) {
  KeyDistance result{};
  std::uint64_t carry = 0;
  for (std::size_t i = result.size(); i-- > 0;) {
    carry += a[i] * factor;
    result[i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  if (carry != 0) result.fill(0xFF);
  return result;
}

/// 4 bits further, then 8, 16, 32 … more.
KeyDistance widened(KeyDistance distance, int attempts) {
  for (int attempt = 0, bits = 4; attempt < attempts; ++attempt, bits *= 2)
    for (int left = bits; left > 0; left -= 16) distance = product(distance, std::uint64_t{1} << std::min(left, 16));
  return distance;
}

}  // namespace

KeySpacing::KeySpacing() {
  for (KeyDistance& page : pages_) page[2] = 0x40;  // the letter is in front of this fraction
}

KeyDistance KeySpacing::page_of(Table table) const {
  const std::lock_guard lock(mutex_);
  return pages_[static_cast<std::size_t>(table)];
}

Bytes KeySpacing::end_of_request(const KeyMap& keys, const KeyRange& rest, int attempt) const {
  const auto table = keys.table_to_end(rest);
  if (!table || attempt >= most_attempts) return rest.end;
  const ByteView at = rest.first;
  const ByteView from_letter = keys.from_letter(at);
  const KeyDistance end = sum(number_of(from_letter), widened(page_of(*table), attempt));
  Bytes near = copy_of(at.first(at.size() - from_letter.size()));
  near.insert(near.end(), end.begin(), end.end());
  const bool is_between = is_less(at, near) && is_less(near, rest.end);
  return is_between ? near : rest.end;
}

void KeySpacing::note_page(const KeyMap& keys, const KeyRange& range, ByteView reached, std::size_t rows) {
  const auto table = keys.table_to_end(range);
  if (!table || rows < rows_to_learn_from || !is_less(range.first, reached)) return;
  const KeyDistance page = difference(number_of(keys.from_letter(reached)), number_of(keys.from_letter(range.first)));
  const KeyDistance reach = product(page, std::max<std::uint64_t>(1, rows_to_reach / rows));
  if (reach == KeyDistance{}) return;
  const std::lock_guard lock(mutex_);
  pages_[static_cast<std::size_t>(*table)] = reach;
}

}  // namespace tacit::store::etcd
