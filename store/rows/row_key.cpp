#include "store/rows/row_key.hpp"

namespace tacit::store {

RowKey record_row_key(const Uuid& tenant) { return {tenant, RowKind::record}; }

RowKey secret_row_key(const Uuid& tenant, const Uuid& id) { return RowKey(tenant, RowKind::secret).add(id.view()); }

RowKey name_row_key(const crypto::TenantKeys& keys, const Uuid& tenant, std::string_view name) {
  const crypto::Digest mac = keys.index_mac("name", {crypto::as_bytes(name)});
  return RowKey(tenant, RowKind::name).add(ByteView(mac).first(index_mac_size));
}

RowKey default_row_key(const crypto::TenantKeys& keys, const Uuid& tenant, std::string_view tool_name,
                       std::string_view tool_arg) {
  const crypto::Digest mac = keys.index_mac("default", {crypto::as_bytes(tool_name), crypto::as_bytes(tool_arg)});
  return RowKey(tenant, RowKind::default_for).add(ByteView(mac).first(index_mac_size));
}

RowKey api_key_index_row_key(const Uuid& tenant, std::string_view id) {
  return RowKey(tenant, RowKind::api_key).add(crypto::as_bytes(id));
}

bool parse_key(ByteView key, ParsedKey& out) {
  if (key.size() <= out.tenant.bytes.size()) return false;
  parse_id(key.first(out.tenant.bytes.size()), out.tenant);
  out.kind = key[out.tenant.bytes.size()];
  out.rest = key.subspan(out.tenant.bytes.size() + 1);
  return true;
}

void pass_tenant(crypto::Bytes& start, ByteView key) {
  ParsedKey parsed;
  const crypto::Bytes row(key.begin(), key.end());  // `key` may be a part of `start`
  if (parse_key(row, parsed)) {
    start.assign(parsed.tenant.bytes.begin(), parsed.tenant.bytes.end());
    for (std::size_t i = start.size(); i-- > 0;) {
      if (++start[i] != 0) return;
    }
    start.assign(parsed.tenant.bytes.size() + 1, 0xff);  // the last possible tenant has no rows from there on
    if (start > row) return;
  }
  start = row;
  start.push_back(0);
}

bool parse_id(ByteView bytes, Uuid& out) {
  if (bytes.size() != out.bytes.size()) return false;
  std::memcpy(out.bytes.data(), bytes.data(), bytes.size());
  return true;
}

}  // namespace tacit::store
