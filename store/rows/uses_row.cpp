#include "store/rows/uses_row.hpp"

#include <algorithm>

#include "crypto/envelope/padding.hpp"
#include "crypto/primitives/aad.hpp"
#include "crypto/primitives/digest.hpp"
#include "store/model/failures.hpp"
#include "store/rows/codec.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t format = 1;
constexpr std::size_t entry_overhead = 8 + 8 + 4 + 1 + 8 + 1 + 2;
constexpr std::size_t most_plaintext = most_uses_row_bytes - 1 - crypto::row_box_overhead;
constexpr std::size_t batches_size = 1 + most_batches_in_uses * sizeof(BatchNumber);

std::size_t size_of(const UseEntry& entry) { return entry_overhead + entry.runtime.size() + entry.tool.size(); }

/// What the secret's box is bound to. The key must live as long as the place.
crypto::RowPlace place_of(const RowKey& key) {
  return {.purpose = "tacit uses", .key = key.view().last(sizeof(Uuid)), .header = ByteView(&format, 1)};
}

crypto::WipedBytes encode_plaintext(const Uses& uses) {
  crypto::WipedBytes out;
  out.reserve(most_plaintext);
  Encoder encoder(out);
  encoder.u8(static_cast<std::uint8_t>(uses.entries.size()));
  for (const UseEntry& entry : uses.entries) {
    encoder.i64(entry.first_at);
    encoder.i64(entry.last_at);
    encoder.u32(entry.count);
    encoder.u8(static_cast<std::uint8_t>(entry.outcome));
    encoder.raw(entry.tag);
    encoder.u8(static_cast<std::uint8_t>(entry.runtime.size()));
    encoder.raw(crypto::as_bytes(entry.runtime));
    encoder.u16(static_cast<std::uint16_t>(entry.tool.size()));
    encoder.raw(crypto::as_bytes(entry.tool));
  }
  if (!uses.batches.empty()) encoder.u8(static_cast<std::uint8_t>(uses.batches.size()));
  for (const BatchNumber& batch : uses.batches) encoder.raw(batch);
  out.resize(crypto::padme(out.size()));
  return out;
}

/// False if the outcome is unknown.
bool decode_entry(Decoder& decoder, UseEntry& entry) {
  entry.first_at = decoder.i64();
  entry.last_at = decoder.i64();
  entry.count = decoder.u32();
  const std::uint8_t outcome = decoder.u8();
  if (outcome > static_cast<std::uint8_t>(UseOutcome::rejected_upstream)) return false;
  entry.outcome = static_cast<UseOutcome>(outcome);
  decoder.into(entry.tag);
  const std::size_t runtime = decoder.u8();
  entry.runtime = crypto::as_text(decoder.raw(runtime));
  const std::size_t tool = decoder.u16();
  entry.tool = crypto::as_text(decoder.raw(tool));
  return decoder.ok();
}

std::optional<Uses> decode_plaintext(ByteView plaintext) {
  Decoder decoder(plaintext);
  const std::size_t count = decoder.u8();
  if (count > most_uses) return std::nullopt;
  Uses uses;
  uses.entries.resize(count);
  for (UseEntry& entry : uses.entries) {
    if (!decode_entry(decoder, entry)) return std::nullopt;
  }
  // Without batches there is their number, zero, or the end: both look like padding.
  if (const ByteView rest = decoder.rest(); !rest.empty() && rest.front() != 0) {
    const std::size_t batches = decoder.u8();
    if (batches > most_batches_in_uses) return std::nullopt;
    uses.batches.resize(batches);
    for (BatchNumber& batch : uses.batches) decoder.into(batch);
  }
  const ByteView padding = decoder.rest();
  const bool padded = decoder.ok() && crypto::padme(plaintext.size() - padding.size()) == plaintext.size() &&
                      std::ranges::all_of(padding, [](std::uint8_t byte) { return byte == 0; });
  if (!padded) return std::nullopt;
  return uses;
}

}  // namespace

static_assert(static_cast<int>(UseOutcome::released) == 0 && static_cast<int>(UseOutcome::rejected_upstream) == 1,
              "stored");

IdentityTag identity_tag(const Uuid& tenant, std::string_view identity) {
  const crypto::WipedBytes data = crypto::canonical("tacit use identity", {tenant.view(), crypto::as_bytes(identity)});
  const crypto::Digest digest = crypto::sha256(data.view());
  IdentityTag tag{};
  std::copy_n(digest.begin(), tag.size(), tag.begin());
  return tag;
}

RowKey uses_rows_of(const Uuid& tenant) { return RowKey(crypto::as_bytes(uses_prefix)).add(tenant.view()); }

RowKey uses_row_key(const Uuid& tenant, const Uuid& secret) { return uses_rows_of(tenant).add(secret.view()); }

std::optional<UsesPlace> place_of_uses(ByteView key) {
  if (!crypto::as_text(key).starts_with(uses_prefix)) return std::nullopt;
  const ByteView rest = key.subspan(uses_prefix.size());
  UsesPlace place;
  const bool whole = rest.size() == 2 * sizeof(Uuid) && parse_id(rest.first(sizeof(Uuid)), place.tenant) &&
                     parse_id(rest.last(sizeof(Uuid)), place.secret);
  if (!whole) return std::nullopt;
  return place;
}

bool fits_uses_row(const std::vector<UseEntry>& entries) {
  std::size_t size = 1 + batches_size;
  for (const UseEntry& entry : entries) size += size_of(entry);
  return entries.size() <= most_uses && crypto::padme(size) <= most_plaintext;
}

Bytes encode_uses(const crypto::TenantKeys& keys, const Uuid& secret, const Uses& uses) {
  const RowKey key = uses_row_key(Uuid(), secret);  // a box is bound to the secret; its keys are the tenant's
  const Bytes box = keys.seal_row(place_of(key), encode_plaintext(uses).view());
  Bytes row;
  row.reserve(1 + box.size());
  row.push_back(format);
  row.insert(row.end(), box.begin(), box.end());
  return row;
}

std::optional<Uses> decode_uses(const crypto::MetadataKeyring& ring, const Uuid& tenant, const Uuid& secret,
                                ByteView row, const crypto::TenantKeys* keys) {
  const auto key_id = metadata_key_of_uses(row);
  if (!key_id) return std::nullopt;
  const RowKey key = uses_row_key(tenant, secret);
  const ByteView box = row.subspan(1);
  const bool has_keys = keys != nullptr && keys->metadata_key_id() == *key_id;
  const auto plaintext =
      has_keys ? keys->open_row(place_of(key), box) : crypto::open_row(ring, tenant, place_of(key), box);
  if (!plaintext) return std::nullopt;
  return decode_plaintext(plaintext->view());
}

std::optional<crypto::KeyId> metadata_key_of_uses(ByteView row) {
  if (row.empty() || row.front() != format) return std::nullopt;
  return crypto::metadata_key_of(row.subspan(1));
}

Task<Outcome<Uses>> load_uses(Transaction& transaction, const crypto::MetadataKeyring& ring, Uuid tenant, Uuid secret) {
  const RowKey key = uses_row_key(tenant, secret);
  const auto row = co_await transaction.get(Table::meta, key.view());
  if (!row) co_return Uses();
  auto uses = decode_uses(ring, tenant, secret, *row);
  if (!uses) co_return altered(secret, std::string(altered_uses));
  co_return std::move(*uses);
}

Task<Outcome<std::optional<std::int64_t>>> last_use(Transaction& transaction, const crypto::MetadataKeyring& ring,
                                                    Uuid tenant, Uuid secret) {
  const auto uses = co_await load_uses(transaction, ring, tenant, secret);
  if (!uses) co_return uses.error();
  std::optional<std::int64_t> last;
  for (const UseEntry& entry : uses->entries) {
    if (entry.outcome == UseOutcome::released) last = std::max(last.value_or(entry.last_at), entry.last_at);
  }
  co_return last;
}

void erase_uses(Transaction& transaction, const Uuid& tenant, const Uuid& secret) {
  transaction.erase(Table::meta, uses_row_key(tenant, secret).view());
}

}  // namespace tacit::store
