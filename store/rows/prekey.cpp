#include "store/rows/prekey.hpp"

#include <algorithm>

#include "store/rows/codec.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t format = 1;
constexpr std::string_view prefix = "prekey";

std::optional<crypto::KeyNumber> number_of(ByteView key) {
  crypto::KeyNumber number{};
  if (!crypto::as_text(key).starts_with(prefix) || key.size() != prefix.size() + number.size()) return std::nullopt;
  Decoder(key.subspan(prefix.size())).into(number);
  return number;
}

Prekey read_prekey(const Row& row) {
  Prekey prekey{
      .key = {}, .row_key = Bytes(row.key.begin(), row.key.end()), .row = Bytes(row.value.begin(), row.value.end())};
  if (auto key = decode_prekey(row.key, row.value)) prekey.key = std::move(*key);
  return prekey;
}

}  // namespace

ByteView prekey_prefix() { return crypto::as_bytes(prefix); }

Bytes prekey_row_key(const crypto::KeyNumber& number) {
  Bytes key;
  Encoder encoder(key);
  encoder.raw(prekey_prefix());
  encoder.raw(number);
  return key;
}

Bytes encode_prekey(const crypto::TenantKey& key) {
  const crypto::KeyCertificate& certificate = *key.certificate;
  Bytes row;
  Encoder encoder(row);
  encoder.u8(format);
  encoder.i64(certificate.made);
  encoder.raw(key.public_key);
  encoder.u16(static_cast<std::uint16_t>(key.box.size()));
  encoder.raw(key.box);
  encoder.raw(certificate.signer);
  encoder.raw(certificate.signature);
  return row;
}

std::optional<crypto::TenantKey> decode_prekey(ByteView key, ByteView value) {
  const auto number = number_of(key);
  Decoder decoder(value);
  if (!number || decoder.u8() != format) return std::nullopt;
  crypto::TenantKey pair;
  crypto::KeyCertificate& certificate = pair.certificate.emplace();
  certificate.number = *number;
  certificate.made = decoder.i64();
  decoder.into(pair.public_key);
  const ByteView box = decoder.raw(decoder.u16());
  pair.box.assign(box.begin(), box.end());
  decoder.into(certificate.signer);
  decoder.into(certificate.signature);
  if (!decoder.done()) return std::nullopt;
  return pair;
}

Task<std::optional<Prekey>> pick_prekey(Transaction& transaction, crypto::KeyNumber start) {
  const Bytes from = prekey_row_key(start);
  const auto after = co_await scan_prekeys(transaction, from, 1);
  if (!after.empty()) co_return read_prekey(after.front());
  const auto first = co_await scan_prekeys(transaction, prekey_prefix(), 1);
  if (first.empty()) co_return std::optional<Prekey>();
  co_return read_prekey(first.front());
}

Task<bool> take_prekey(Transaction& transaction, const Prekey& prekey) {
  const auto row = co_await transaction.get(Table::meta, prekey.row_key);
  if (!row || !std::ranges::equal(*row, prekey.row)) co_return false;
  transaction.erase(Table::meta, prekey.row_key);
  co_return true;
}

Task<std::vector<Row>> scan_prekeys(Transaction& transaction, ByteView start, std::size_t limit) {
  return transaction.scan(Table::meta, prekey_prefix(), start, limit);
}

void put_prekey(Transaction& transaction, const crypto::TenantKey& key) {
  transaction.put(Table::meta, prekey_row_key(key.certificate->number), encode_prekey(key));
}

void erase_prekey(Transaction& transaction, const crypto::KeyNumber& number) {
  transaction.erase(Table::meta, prekey_row_key(number));
}

}  // namespace tacit::store
