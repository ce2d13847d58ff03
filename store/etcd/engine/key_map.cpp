#include "store/etcd/engine/key_map.hpp"

#include <algorithm>
#include <array>

#include "store/etcd/engine/bytes_order.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/row_key.hpp"

namespace tacit::store::etcd {
namespace {

constexpr std::string_view use_prefix = "use ";    // store/rows/api_key_use.hpp
constexpr std::string_view uses_prefix = "uses ";  // store/rows/uses_row.hpp

template <class Number>
void append_number(Bytes& bytes, Number number) {
  for (std::size_t shift = sizeof(Number); shift-- > 0;)
    bytes.push_back(static_cast<std::uint8_t>(number >> (8 * shift)));
}

std::uint64_t number_of(ByteView bytes) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

bool begins_with(ByteView bytes, ByteView prefix) {
  return bytes.size() >= prefix.size() && std::ranges::equal(bytes.first(prefix.size()), prefix);
}

char letter_of(Table table, ByteView row_key) {
  if (table == Table::tenants) return 't';
  if (table == Table::api_keys) return 'k';
  if (begins_with(row_key, prekey_prefix())) return 'p';
  const bool is_use =
      begins_with(row_key, crypto::as_bytes(use_prefix)) || begins_with(row_key, crypto::as_bytes(uses_prefix));
  return is_use ? 'u' : 'm';
}

/// A part of Table::meta under one letter: row keys from `first` up to `end`; empty: without an end.
struct Part {
  char letter;
  Bytes first;
  Bytes end;
};

std::vector<Part> parts_of_meta() {
  const Bytes prekeys = copy_of(prekey_prefix());
  const Bytes uses = copy_of(crypto::as_bytes(use_prefix));
  const Bytes secret_uses = copy_of(crypto::as_bytes(uses_prefix));
  std::vector<Part> parts;
  parts.push_back(Part{'m', {}, prekeys});
  parts.push_back(Part{'p', prekeys, prefix_end(prekeys)});
  parts.push_back(Part{'m', prefix_end(prekeys), uses});
  parts.push_back(Part{'u', uses, prefix_end(uses)});
  parts.push_back(Part{'m', prefix_end(uses), secret_uses});
  parts.push_back(Part{'u', secret_uses, prefix_end(secret_uses)});
  parts.push_back(Part{'m', prefix_end(secret_uses), {}});
  return parts;
}

}  // namespace

KeyMap::KeyMap(std::string_view store_name) {
  const std::string text = "tacit/" + std::string(store_name) + "/";
  prefix_ = copy_of(crypto::as_bytes(text));
  letter_at_ = prefix_.size();
}

Bytes KeyMap::with(char letter, ByteView rest) const {
  Bytes key;
  key.reserve(prefix_.size() + 1 + rest.size());
  key.assign(prefix_.begin(), prefix_.end());
  key.push_back(static_cast<std::uint8_t>(letter));
  key.insert(key.end(), rest.begin(), rest.end());
  return key;
}

KeyRange KeyMap::whole(char letter) const { return {with(letter, {}), with(static_cast<char>(letter + 1), {})}; }

Bytes KeyMap::key(Table table, ByteView row_key) const { return with(letter_of(table, row_key), row_key); }

std::vector<KeyRange> KeyMap::ranges(Table table, ByteView prefix, ByteView start) const {
  const Bytes first = copy_of(is_less(start, prefix) ? prefix : start);
  const Bytes end = prefix_end(prefix);  // empty: none
  std::vector<KeyRange> ranges;
  if (!end.empty() && !is_less(first, end)) return ranges;
  const auto add = [&](char letter, const Bytes& from, const Bytes& to) {
    KeyRange range;
    range.first = with(letter, from);
    range.end = to.empty() ? with(static_cast<char>(letter + 1), {}) : with(letter, to);
    ranges.push_back(std::move(range));
  };
  if (table != Table::meta) {
    add(letter_of(table, {}), first, end);
    return ranges;
  }
  for (const Part& part : parts_of_meta()) {
    const Bytes& from = std::max(first, part.first, BytesLess());
    const Bytes& to = part.end.empty() ? end : end.empty() ? part.end : std::min(end, part.end, BytesLess());
    if (to.empty() || is_less(from, to)) add(part.letter, from, to);
  }
  return ranges;
}

std::optional<Table> KeyMap::table_to_end(const KeyRange& range) const {
  if (range.end.size() != letter_at_ + 1 || letter_at(range.first) + 1 != letter_at(range.end)) return std::nullopt;
  const char letter = letter_at(range.first);
  if (letter == 't') return Table::tenants;
  return letter == 'k' ? std::optional(Table::api_keys) : std::nullopt;
}

Bytes KeyMap::head(AuditSlot slot) const {
  Bytes key = with('h', {});
  append_number(key, slot.number);
  return key;
}

std::optional<AuditSlot> KeyMap::slot_of_head(ByteView key) const {
  if (letter_at(key) != 'h' || row_key(key).size() != 2) return std::nullopt;
  return AuditSlot{static_cast<std::uint16_t>(number_of(row_key(key)))};
}

Bytes KeyMap::block(const BlockPlace& place) const {
  Bytes key = with('a', {});
  append_number(key, place.slot.number);
  append_number(key, place.first);
  return key;
}

std::optional<BlockPlace> KeyMap::place_of_block(ByteView key) const {
  if (letter_at(key) != 'a' || row_key(key).size() != 10) return std::nullopt;
  const ByteView rest = row_key(key);
  BlockPlace place;
  place.slot.number = static_cast<std::uint16_t>(number_of(rest.first(2)));
  place.first = number_of(rest.subspan(2));
  return place;
}

bool KeyMap::is_cached(ByteView key) const {
  const char letter = letter_at(key);
  if (letter == 'k') return true;
  if (letter == 'u') return begins_with(row_key(key), crypto::as_bytes(use_prefix));
  const ByteView rest = letter == 't' ? row_key(key) : ByteView();
  constexpr std::size_t record_key_size = sizeof(Uuid) + 1;
  return rest.size() == record_key_size && rest.back() == static_cast<std::uint8_t>(RowKind::record);
}

Table KeyMap::table_of(ByteView key) const {
  const char letter = letter_at(key);
  return letter == 'k' ? Table::api_keys : letter == 't' ? Table::tenants : Table::meta;
}

}  // namespace tacit::store::etcd
