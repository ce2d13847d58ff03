// Uses, idempotency keys, API keys and their last uses, with right boxes and MACs: what decodes encodes to the same.
#include "store/rows/api_key_row.hpp"
#include "store/rows/api_key_use.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/idempotency_row.hpp"
#include "store/rows/uses_row.hpp"
#include "test/fuzz/fuzz.hpp"
#include "test/fuzz/keys.hpp"

namespace tacit::fuzz {
namespace {

using store::Bytes;
using store::ByteView;

constexpr std::string_view the_api_key = "abcdefghijk";

void append(Bytes& row, ByteView more) { row.insert(row.end(), more.begin(), more.end()); }

void check_uses(ByteView plaintext) {
  Bytes row{1};
  append(row, tenant_keys().seal_row({.purpose = "tacit uses", .key = the_secret.view(), .header = ByteView(row)},
                                     plaintext));
  const auto uses = store::decode_uses(the_ring(), the_tenant, the_secret, row);
  if (!uses || !store::fits_uses_row(*uses)) return;
  const Bytes again = store::encode_uses(tenant_keys(), the_secret, *uses);
  TACIT_HOLDS(again.size() == row.size());
  TACIT_HOLDS(store::decode_uses(the_ring(), the_tenant, the_secret, again, &tenant_keys()) == uses);
}

/// `header`: what comes before the box, after the format and the key's id.
void check_idempotency(ByteView header, ByteView plaintext) {
  const store::IdempotencyMac request{};
  const store::RowKey key = store::idempotency_row_key(the_tenant, request);
  Bytes row{1};
  append(row, tenant_keys().metadata_key_id());
  append(row, header);
  row.resize(34);
  const ByteView after_tenant = key.view().subspan(the_tenant.bytes.size());
  append(row, tenant_keys().seal_row({.purpose = "tacit idempotency", .key = after_tenant, .header = ByteView(row)},
                                     plaintext));
  const auto decoded = store::decode_idempotency_row(tenant_keys(), the_tenant, request, row);
  if (!decoded) return;
  const Bytes again = store::encode_idempotency_row(tenant_keys(), the_tenant, request, *decoded);
  const auto second = store::decode_idempotency_row(tenant_keys(), the_tenant, request, again);
  TACIT_HOLDS(second && second->made == decoded->made && second->body == decoded->body);
  TACIT_HOLDS(second->answer.kind == decoded->answer.kind && second->other_bodies == decoded->other_bodies);
  TACIT_HOLDS(second->answer.secrets.size() == decoded->answer.secrets.size());
  for (std::size_t i = 0; i < decoded->answer.secrets.size(); ++i) {
    const store::SecretInfo& a = decoded->answer.secrets[i];
    const store::SecretInfo& b = second->answer.secrets[i];
    TACIT_HOLDS(a.id == b.id && a.name == b.name && a.display == b.display && a.tool_name == b.tool_name);
    TACIT_HOLDS(a.updated_at == b.updated_at && a.version == b.version && a.last_used_at == b.last_used_at);
  }
}

void check_api_key(ByteView content) {
  Bytes guarded;
  store::Encoder encoder(guarded);
  encoder.text(the_api_key);
  encoder.raw(content);
  const auto mac = crypto::store_record_mac(the_ring(), the_ring().primary().id, "api key", guarded);
  Bytes row(content.begin(), content.end());
  append(row, *mac);
  const auto key = store::decode_api_key(crypto::as_bytes(the_api_key), row, the_ring());
  if (!key) return;
  const Bytes again = store::encode_api_key(*key, the_ring());
  const auto second = store::decode_api_key(crypto::as_bytes(the_api_key), again, the_ring());
  TACIT_HOLDS(second && store::api_key_digest(*second) == store::api_key_digest(*key));
  TACIT_HOLDS(second->last_used_at == key->last_used_at && second->metadata_key == key->metadata_key);
}

void check_unsealed(ByteView row) {
  store::decode_api_key_use(the_api_key, row, the_ring());
  store::metadata_key_of_uses(row);
  store::metadata_key_of_idempotency_row(row);
  store::metadata_key_of_api_key(row);
  if (const auto count = store::decode_idempotency_count(row)) {
    TACIT_HOLDS(crypto::as_text(store::encode_idempotency_count(*count)) == crypto::as_text(row));
  }
  if (const auto size = store::decode_idempotency_size(row)) {
    TACIT_HOLDS(crypto::as_text(store::encode_idempotency_size(*size)) == crypto::as_text(row));
  }
  store::decode_verified_api_key(crypto::as_bytes(the_api_key), row);
}

Description describe() {
  Description target{.max_size = 2048};
  const Seed use =
      Seed().byte(0).byte(1).rest(std::string(29, '\1')).byte(3).rest("run").number(std::uint16_t{4}).rest("tool");
  target.seeds.push_back(Seed(use).rest(std::string(1, '\0')));
  const std::string id(16, 'i');
  target.seeds.push_back(
      Seed().byte(1).rest(std::string(25, '\1')).byte(1).byte(1).rest(id).rest(std::string(12, '\2')));
  store::ApiKey key;
  key.id = the_api_key;
  key.tenant = the_tenant;
  key.name = "ci";
  key.expires_at = 5;
  const Bytes row = store::encode_api_key(key, the_ring());
  target.seeds.push_back(Seed().byte(2).rest(ByteView(row).first(row.size() - 32)));
  target.seeds.push_back(Seed().byte(3).rest(store::encode_api_key_use(the_api_key, 7, the_ring())));
  target.seeds.push_back(Seed().byte(3).rest(store::encode_idempotency_count({.rows = 3, .bytes = 400})));
  return target;
}

void take(std::string_view input) {
  Input in(input);
  const unsigned kind = in.byte() % 4U;
  if (kind == 0) return check_uses(crypto::as_bytes(in.rest()));
  if (kind == 1) {
    const ByteView header = crypto::as_bytes(in.bytes(25));
    return check_idempotency(header, crypto::as_bytes(in.rest()));
  }
  if (kind == 2) return check_api_key(crypto::as_bytes(in.rest()));
  check_unsealed(crypto::as_bytes(in.rest()));
}

const Target target("small_rows", describe, take);

}  // namespace
}  // namespace tacit::fuzz
