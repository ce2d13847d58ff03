#include "store/rows/tenant_record.hpp"

#include <limits>

#include "store/rows/codec.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t first_format = 1;
constexpr std::uint8_t second_format = 2;
constexpr std::uint8_t third_format = 3;
// Formats 1 and 2 have the first seven flags, in one byte.
constexpr unsigned has_limit = 1;
constexpr unsigned has_key = 2;
constexpr unsigned has_request_rate = 4;
constexpr unsigned has_request_burst = 8;
constexpr unsigned has_api_keys = 16;
constexpr unsigned has_previous_metadata_key = 32;
constexpr unsigned has_secrets = 64;
constexpr unsigned has_previous_key = 128;
constexpr unsigned is_strict = 256;
constexpr unsigned is_not_strict = 512;
constexpr unsigned every_flag = 1023;
// Kinds of key pairs in format 3.
constexpr std::uint8_t uncertified = 1;
constexpr std::uint8_t certified = 2;
constexpr std::size_t mac_size = 32;
constexpr std::size_t usual_size = 512;  // with one certified key pair

bool is_known(std::uint8_t format) { return format >= first_format && format <= third_format; }

std::uint8_t stored_format(const TenantRecord& record) {
  if (record.format == third_format) return third_format;
  return record.changes ? second_format : first_format;
}

crypto::Digest mac_of(ByteView record, const Uuid& tenant, const crypto::TenantKeys& keys) {
  Bytes guarded;
  guarded.reserve(tenant.bytes.size() + record.size());
  Encoder encoder(guarded);
  encoder.raw(tenant.view());
  encoder.raw(record);
  return keys.record_mac(guarded);
}

/// In format 1, the length in the entry for the own number of secrets. Patterns have at most 4096.
constexpr std::uint16_t secrets_entry = 0xFFFF;

void encode_prefixes(Encoder<Bytes>& encoder, const TenantRecord& record) {
  const std::vector<PrefixCounts::Entry>& entries = record.prefixes.opened()->entries();
  const std::optional<std::uint32_t> secrets = record.changes ? std::nullopt : record.limits.secrets;
  encoder.u16(static_cast<std::uint16_t>(entries.size() + (secrets ? 1 : 0)));
  for (const auto& [length, count] : entries) {
    encoder.u16(length);
    encoder.u64(count);
  }
  if (!secrets) return;
  encoder.u16(secrets_entry);
  encoder.u64(std::uint64_t{*secrets} + 1);
}

bool take_secrets_entry(std::vector<PrefixCounts::Entry>& entries, std::optional<std::uint32_t>& secrets) {
  if (entries.empty() || entries.back().first != secrets_entry) return true;
  const std::uint64_t number = entries.back().second - 1;
  if (number > std::numeric_limits<std::uint32_t>::max()) return false;
  secrets = static_cast<std::uint32_t>(number);
  entries.pop_back();
  return true;
}

bool decode_prefixes(Decoder& decoder, TenantRecord& record) {
  std::vector<PrefixCounts::Entry> entries;
  for (std::size_t left = decoder.u16(); left > 0 && decoder.ok(); --left) {
    const auto length = decoder.u16();
    entries.emplace_back(length, decoder.u64());
  }
  const bool has_entry = !record.changes;
  PrefixCounts counts;
  if (!decoder.ok() || (has_entry && !take_secrets_entry(entries, record.limits.secrets)) ||
      !counts.assign(std::move(entries))) {
    return false;
  }
  record.prefixes = SealedPrefixes(std::move(counts));
  return true;
}

void encode_pair(Encoder<Bytes>& encoder, const crypto::TenantKey& key) {
  encoder.raw(key.public_key);
  encoder.u16(static_cast<std::uint16_t>(key.box.size()));
  encoder.raw(key.box);
}

void decode_pair(Decoder& decoder, crypto::TenantKey& key) {
  decoder.into(key.public_key);
  const ByteView box = decoder.raw(decoder.u16());
  key.box.assign(box.begin(), box.end());
}

/// A key pair of format 3.
void encode_key(Encoder<Bytes>& encoder, const crypto::TenantKey& key) {
  if (!key.certificate) {
    encoder.u8(uncertified);
    return encode_pair(encoder, key);
  }
  encoder.u8(certified);
  encoder.raw(key.certificate->number);
  encoder.i64(key.certificate->made);
  encode_pair(encoder, key);
  encoder.raw(key.certificate->signer);
  encoder.raw(key.certificate->signature);
}

/// False for an unknown kind.
bool decode_key(Decoder& decoder, crypto::TenantKey& key) {
  const std::uint8_t kind = decoder.u8();
  if (kind == uncertified) {
    decode_pair(decoder, key);
    return true;
  }
  if (kind != certified) return false;
  crypto::KeyCertificate& certificate = key.certificate.emplace();
  decoder.into(certificate.number);
  certificate.made = decoder.i64();
  decode_pair(decoder, key);
  decoder.into(certificate.signer);
  decoder.into(certificate.signature);
  return true;
}

unsigned flags_of(const TenantRecord& record) {
  const TenantLimits& limits = record.limits;
  const auto flag = [](bool present, unsigned value) { return present ? value : 0U; };
  const unsigned flags = flag(record.own_limit.has_value(), has_limit) | flag(record.key.has_value(), has_key) |
                         flag(limits.requests_per_second.has_value(), has_request_rate) |
                         flag(limits.request_burst.has_value(), has_request_burst) |
                         flag(limits.api_keys.has_value(), has_api_keys) |
                         flag(record.previous_metadata_key.has_value(), has_previous_metadata_key) |
                         flag(limits.secrets && record.changes, has_secrets);
  if (stored_format(record) != third_format) return flags;
  return flags | flag(record.previous_key.has_value(), has_previous_key) |
         flag(limits.strict_binding == true, is_strict) | flag(limits.strict_binding == false, is_not_strict);
}

void encode_limits(Encoder<Bytes>& encoder, const TenantRecord& record) {
  for (const auto& own : {record.limits.requests_per_second, record.limits.request_burst, record.limits.api_keys}) {
    if (own) encoder.u32(*own);
  }
  if (record.changes && record.limits.secrets) encoder.u32(*record.limits.secrets);
}

std::optional<std::uint32_t> number_if(bool present, Decoder& decoder) {
  if (!present) return std::nullopt;
  return decoder.u32();
}

void decode_limits(Decoder& decoder, unsigned flags, TenantRecord& record) {
  TenantLimits& limits = record.limits;
  limits.requests_per_second = number_if((flags & has_request_rate) != 0, decoder);
  limits.request_burst = number_if((flags & has_request_burst) != 0, decoder);
  limits.api_keys = number_if((flags & has_api_keys) != 0, decoder);
  if (record.changes) limits.secrets = number_if((flags & has_secrets) != 0, decoder);
  if ((flags & is_strict) != 0) limits.strict_binding = true;
  if ((flags & is_not_strict) != 0) limits.strict_binding = false;
}

/// What formats 1 and 2 have between the count of secrets, or the changes, and the limits. False if it is not sound.
bool decode_prefixes_and_key(Decoder& decoder, unsigned flags, TenantRecord& record) {
  if (!decode_prefixes(decoder, record)) return false;
  if ((flags & has_key) != 0) decode_pair(decoder, record.key.emplace());
  return true;
}

/// What format 3 has there.
bool decode_keys(Decoder& decoder, unsigned flags, TenantRecord& record) {
  const bool contradicts_itself = (flags & is_strict) != 0 && (flags & is_not_strict) != 0;
  if ((flags & ~every_flag) != 0 || contradicts_itself) return false;
  if ((flags & has_key) != 0 && !decode_key(decoder, record.key.emplace())) return false;
  return (flags & has_previous_key) == 0 || decode_key(decoder, record.previous_key.emplace());
}

}  // namespace

const crypto::TenantKey* key_of_box(const TenantRecord& record, ByteView value_box) {
  const auto id = crypto::tenant_key_of(value_box);
  if (!id) return nullptr;
  if (record.key && record.key->id() == *id) return &*record.key;
  if (record.previous_key && record.previous_key->id() == *id) return &*record.previous_key;
  return nullptr;
}

Bytes encode_tenant_record(const TenantRecord& record, const Uuid& tenant, const crypto::TenantKeys& keys) {
  const std::uint8_t format = stored_format(record);
  Bytes out;
  out.reserve(usual_size);
  Encoder encoder(out);
  encoder.u8(format);
  encoder.raw(record.metadata_key);
  if (format == third_format) {
    encoder.u16(static_cast<std::uint16_t>(flags_of(record)));
  } else {
    encoder.u8(static_cast<std::uint8_t>(flags_of(record)));
  }
  encoder.u64(record.own_limit.value_or(0));
  encoder.u64(record.used);
  encoder.u64(record.count);
  if (record.changes) encoder.u64(*record.changes);
  if (format == third_format) {
    if (record.key) encode_key(encoder, *record.key);
    if (record.previous_key) encode_key(encoder, *record.previous_key);
  } else {
    encode_prefixes(encoder, record);
    if (record.key) encode_pair(encoder, *record.key);
  }
  encode_limits(encoder, record);
  if (record.previous_metadata_key) encoder.raw(*record.previous_metadata_key);
  if (format == third_format) {
    const Bytes box = record.prefixes.box(keys);
    encoder.u16(static_cast<std::uint16_t>(box.size()));
    encoder.raw(box);
  }
  encoder.raw(mac_of(out, tenant, keys));
  return out;
}

std::optional<crypto::KeyId> metadata_key_of_record(ByteView stored) {
  Decoder decoder(stored);
  crypto::KeyId id{};
  if (!is_known(decoder.u8())) return std::nullopt;
  decoder.into(id);
  if (!decoder.ok()) return std::nullopt;
  return id;
}

std::optional<TenantRecord> decode_tenant_record(ByteView stored, const Uuid& tenant, const crypto::TenantKeys& keys) {
  if (stored.size() < mac_size) return std::nullopt;
  const ByteView content = stored.first(stored.size() - mac_size);
  if (!crypto::equal_constant_time(mac_of(content, tenant, keys), stored.last(mac_size))) return std::nullopt;
  return peek_tenant_record(stored);
}

std::optional<TenantRecord> peek_tenant_record(ByteView stored) {
  if (stored.size() < mac_size) return std::nullopt;
  Decoder decoder(stored.first(stored.size() - mac_size));
  TenantRecord record;
  const std::uint8_t format = decoder.u8();
  if (!is_known(format)) return std::nullopt;
  decoder.into(record.metadata_key);
  record.format = format;
  const bool third = format == third_format;
  const unsigned flags = third ? unsigned{decoder.u16()} : unsigned{decoder.u8()};
  const std::uint64_t own_limit = decoder.u64();
  if ((flags & has_limit) != 0) record.own_limit = own_limit;
  record.used = decoder.u64();
  record.count = decoder.u64();
  if (format != first_format) record.changes = decoder.u64();
  const bool sound = third ? decode_keys(decoder, flags, record) : decode_prefixes_and_key(decoder, flags, record);
  if (!sound) return std::nullopt;
  decode_limits(decoder, flags, record);
  if ((flags & has_previous_metadata_key) != 0) decoder.into(record.previous_metadata_key.emplace());
  if (third) record.prefixes = SealedPrefixes(decoder.raw(decoder.u16()), record.metadata_key);
  if (!decoder.done()) return std::nullopt;
  return record;
}

}  // namespace tacit::store
