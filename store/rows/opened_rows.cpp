#include "store/rows/opened_rows.hpp"

#include <cstring>

namespace tacit::store {

using crypto::ByteView;
using crypto::Uuid;

namespace {

/// A thread that has no timer looks at the clock after so many look-ups.
constexpr std::uint32_t look_ups_of_clock = 4096;

/// The last bytes of an id are random.
std::uint64_t random_part(const Uuid& id) {
  std::uint64_t word = 0;
  std::memcpy(&word, id.view().data() + id.view().size() - sizeof word, sizeof word);
  return word;
}

bool equal(ByteView a, ByteView b) { return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0; }

}  // namespace

OpenedRows::OpenedRows() : secrets_(most_secrets), tenants_(most_tenants), forgotten_at_(Clock::now()) {}

OpenedRows& OpenedRows::of_thread() {
  thread_local OpenedRows own;
  return own;
}

OpenedRows& OpenedRows::of_thread(std::uint64_t context) {
  OpenedRows& own = of_thread();
  if (own.context_ != context) {
    own.forget_all();
    own.context_ = context;
  }
  if (++own.look_ups_ % look_ups_of_clock == 0) own.forget_unused(Clock::now());
  return own;
}

OpenedRows::Secret& OpenedRows::place_of(const Uuid& tenant, const Uuid& id) {
  return secrets_[(random_part(tenant) + random_part(id)) % secrets_.size()];
}

OpenedRows::Tenant& OpenedRows::place_of(const Uuid& tenant) { return tenants_[random_part(tenant) % tenants_.size()]; }

std::optional<ByteView> OpenedRows::metadata(const Uuid& tenant, const Uuid& id, ByteView row) {
  Secret& secret = place_of(tenant, id);
  if (secret.row_size == 0 || secret.id != id || secret.tenant != tenant) return std::nullopt;
  const ByteView kept = secret.bytes.view();
  if (!equal(kept.first(secret.row_size), row)) return std::nullopt;
  secret.used = true;
  return kept.subspan(secret.row_size);
}

void OpenedRows::keep_metadata(const Uuid& tenant, const Uuid& id, ByteView row, ByteView plaintext) {
  if (row.empty() || row.size() > longest_row || plaintext.size() > longest_row) return;
  Secret& secret = place_of(tenant, id);
  secret.row_size = 0;
  secret.bytes.clear();
  secret.bytes.reserve(row.size() + plaintext.size());
  secret.bytes.append(row);
  secret.bytes.append(plaintext);
  secret.tenant = tenant;
  secret.id = id;
  secret.row_size = row.size();
  secret.used = true;
}

std::shared_ptr<const crypto::TenantKeys> OpenedRows::keys(const Uuid& tenant) {
  Tenant& known = place_of(tenant);
  if (known.keys == nullptr || known.id != tenant) return nullptr;
  known.used = true;
  return known.keys;
}

bool OpenedRows::is_verified(const Uuid& tenant, const crypto::KeyId& metadata_key, ByteView record) {
  const Tenant& known = place_of(tenant);
  return known.keys != nullptr && known.id == tenant && known.keys->metadata_key_id() == metadata_key &&
         equal(known.record, record);
}

void OpenedRows::keep_tenant(const Uuid& tenant, const std::shared_ptr<const crypto::TenantKeys>& keys,
                             ByteView record) {
  Tenant& known = place_of(tenant);
  known.keys = nullptr;
  if (record.size() > longest_row) return;
  known.record.assign(record.begin(), record.end());
  known.id = tenant;
  known.used = true;
  known.keys = keys;
}

void OpenedRows::forget_unused(Clock::time_point now) {
  if (now - forgotten_at_ < kept_unused) return;
  forgotten_at_ = now;
  for (Secret& secret : secrets_) {
    if (secret.row_size != 0 && !secret.used) secret = Secret();
    secret.used = false;
  }
  for (Tenant& known : tenants_) {
    if (known.keys && !known.used) known = Tenant();
    known.used = false;
  }
}

void OpenedRows::forget_all() {
  for (Secret& secret : secrets_) {
    if (secret.row_size != 0) secret = Secret();
  }
  for (Tenant& known : tenants_) known = Tenant();
}

}  // namespace tacit::store
