// Tenants' records with a right MAC, and their prefix lengths: what decodes encodes to the same.
#include "store/rows/tenant_record.hpp"

#include "store/rows/codec.hpp"
#include "test/fuzz/fuzz.hpp"
#include "test/fuzz/keys.hpp"

namespace tacit::fuzz {
namespace {

using store::Bytes;
using store::TenantRecord;

constexpr std::size_t mac_size = 32;

std::string content_of(const TenantRecord& record) {
  const Bytes row = store::encode_tenant_record(record, the_tenant, tenant_keys());
  return std::string(crypto::as_text(row).substr(0, row.size() - mac_size));
}

Bytes with_mac(Bytes content) {
  Bytes guarded(the_tenant.bytes.begin(), the_tenant.bytes.end());
  guarded.insert(guarded.end(), content.begin(), content.end());
  const crypto::Digest mac = tenant_keys().record_mac(guarded);
  content.insert(content.end(), mac.begin(), mac.end());
  return content;
}

TenantRecord full_record() {
  TenantRecord record;
  record.metadata_key = tenant_keys().metadata_key_id();
  record.own_limit = 1 << 20;
  record.used = 512;
  record.count = 2;
  record.limits.requests_per_second = 10;
  record.limits.secrets = 5;
  record.limits.api_keys = 3;
  record.prefixes.change(tenant_keys())->add(7);
  record.key = crypto::TenantKey{.public_key = {4, 1}, .box = Bytes(121, 1)};
  return record;
}

Description describe() {
  TenantRecord record = full_record();
  Description target{.max_size = 2048, .seeds = {Seed().text(content_of(record))}};
  record.changes = 9;
  target.seeds.push_back(Seed().text(content_of(record)));
  record.format = 3;
  record.previous_metadata_key = crypto::KeyId{1};
  record.previous_key = record.key;
  record.key->certificate.emplace().made = 77;
  record.limits.strict_binding = true;
  const std::string content = content_of(record);
  target.seeds.push_back(Seed().text(content));
  const std::size_t box = 2 + record.prefixes.box(tenant_keys()).size();
  const Seed prefixes =
      Seed().number(std::uint16_t{1}).number(std::uint16_t{7}).number(std::uint64_t{1}).rest(std::string(70, '\0'));
  target.seeds.push_back(Seed().text(content.substr(0, content.size() - box)).rest(std::string(prefixes)));
  return target;
}

void take(std::string_view input) {
  Input in(input);
  Bytes content = bytes_of(in.text());
  if (!in.empty()) {  // the end of a record of format 3, with these prefix lengths
    const Bytes box = tenant_keys().seal_prefixes(crypto::as_bytes(in.rest()));
    store::Encoder encoder(content);
    encoder.u16(static_cast<std::uint16_t>(box.size()));
    encoder.raw(box);
  }
  const Bytes row = with_mac(std::move(content));
  auto record = store::decode_tenant_record(row, the_tenant, tenant_keys());
  TACIT_HOLDS(record.has_value() == store::peek_tenant_record(row).has_value());
  if (!record || record->metadata_key != tenant_keys().metadata_key_id()) return;
  TACIT_HOLDS(store::metadata_key_of_record(row) == record->metadata_key);
  const store::PrefixCounts* const counts = record->prefixes.open(tenant_keys());
  if (counts == nullptr) return;
  store::patterns_to_look_up(*counts, "agno__linear__create_issue");
  const Bytes encoded = store::encode_tenant_record(*record, the_tenant, tenant_keys());
  auto again = store::decode_tenant_record(encoded, the_tenant, tenant_keys());
  TACIT_HOLDS(again && again->prefixes.open(tenant_keys()) != nullptr);
  TACIT_HOLDS(*again->prefixes.open(tenant_keys()) == *counts);
  TACIT_HOLDS(store::encode_tenant_record(*again, the_tenant, tenant_keys()) == encoded);
  TACIT_HOLDS(again->key == record->key && again->previous_key == record->previous_key);
  TACIT_HOLDS(again->used == record->used && again->count == record->count && again->changes == record->changes);
  TACIT_HOLDS(again->limits.secrets == record->limits.secrets && again->own_limit == record->own_limit);
}

const Target target("tenant_record", describe, take);

}  // namespace
}  // namespace tacit::fuzz
