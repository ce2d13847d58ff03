// Keys of rows, of the tables and in etcd: what a key says makes the same key.
#include "store/audit/audit_key.hpp"
#include "store/etcd/engine/key_map.hpp"
#include "store/etcd/room/pin_rows.hpp"
#include "store/rows/api_key_use.hpp"
#include "store/rows/audit_slot_key.hpp"
#include "store/rows/idempotency_row.hpp"
#include "store/rows/uses_row.hpp"
#include "store/rows/version_row.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

using store::ByteView;

bool same(ByteView a, ByteView b) { return crypto::as_text(a) == crypto::as_text(b); }

void check_tenants_key(ByteView key) {
  store::ParsedKey parsed;
  crypto::Bytes next(key.begin(), key.end());
  store::pass_tenant(next, key);
  TACIT_HOLDS(next.empty() || crypto::as_text(next) > crypto::as_text(key));
  if (!store::parse_key(key, parsed)) return;
  TACIT_HOLDS(key.size() == parsed.tenant.bytes.size() + 1 + parsed.rest.size());
  if (const auto version = store::parse_version_key(parsed.rest)) {
    const auto made = store::version_row_key(parsed.tenant, version->secret, version->number);
    TACIT_HOLDS(same(made.view().last(parsed.rest.size()), parsed.rest));
  }
  if (const auto place = store::parse_idempotency_order(parsed.rest)) {
    const auto made = store::idempotency_order_key(parsed.tenant, place->made, place->request);
    TACIT_HOLDS(same(made.view().last(parsed.rest.size()), parsed.rest));
  }
}

void check_audit_key(ByteView key) {
  const store::AuditSlot slot = store::audit_slot_of_key(key);
  const auto place = store::parse_audit_key(key);
  if (!place) return;
  TACIT_HOLDS(place->slot == slot && store::is_audit_slot(slot.number));
  TACIT_HOLDS(same(store::audit_key(place->slot, place->sequence).view(), key));
}

void check_etcd_key(ByteView key) {
  static const store::etcd::KeyMap keys("name");
  const store::Bytes heads = keys.heads().first;
  if (!crypto::as_text(key).starts_with(crypto::as_text(ByteView(heads).first(heads.size() - 1)))) return;
  if (const auto slot = keys.slot_of_head(key)) TACIT_HOLDS(same(keys.head(*slot), key));
  if (const auto place = keys.place_of_block(key)) TACIT_HOLDS(same(keys.block(*place), key));
  if (key.size() <= heads.size() || !keys.is_cached(key)) return;
  const store::Table table = keys.table_of(key);
  TACIT_HOLDS(same(keys.key(table, keys.row_key(key)), key));
  const auto ranges = keys.ranges(table, keys.row_key(key), keys.row_key(key));
  TACIT_HOLDS(!ranges.empty() && same(ranges.front().first, key));
}

Description describe() {
  const std::string tenant(16, 't');
  const store::etcd::KeyMap keys("name");
  const store::AuditSlot slot = store::slot_of(store::SlotOwner::tools, 5);
  const auto text = [](ByteView bytes) { return std::string(crypto::as_text(bytes)); };
  return {
      .max_size = 128,
      .seeds = {tenant, tenant + '\1' + std::string(16, 's'), tenant + '\7' + std::string(20, 's'),
                tenant + '\x09' + std::string(24, 's'), std::string(16, '\xFF') + '\1',
                text(store::audit_key(slot, 7).view()), text(store::audit_key({}, 7).view()), "uses " + tenant + tenant,
                "use abcdefghijk", text(keys.head(slot)), text(keys.block({.slot = slot, .first = 9})),
                text(keys.key(store::Table::api_keys, crypto::as_bytes("abcdefghijk"))),
                text(keys.key(store::Table::tenants, crypto::as_bytes(tenant + std::string(1, '\0')))),
                text(keys.key(store::Table::meta, crypto::as_bytes("use abc")))},
      .words = {"uses ", "use ", "tacit/name/", "prekey", "\xFF"}};
}

void take(std::string_view input) {
  const ByteView key = crypto::as_bytes(input);
  check_tenants_key(key);
  check_audit_key(key);
  check_etcd_key(key);
  if (const auto place = store::place_of_uses(key)) {
    TACIT_HOLDS(same(store::uses_row_key(place->tenant, place->secret).view(), key));
  }
  const std::string_view api_key = store::api_key_of_use(key);
  if (!api_key.empty()) TACIT_HOLDS(same(store::api_key_use_row_key(api_key), key));
  store::etcd::KeyValue pin;
  pin.value = bytes_of(input);
  TACIT_HOLDS(store::etcd::lowest_pin({pin}) >= 1);
}

const Target target("row_keys", describe, take);

}  // namespace
}  // namespace tacit::fuzz
