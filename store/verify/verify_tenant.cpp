#include "store/verify/verify_tenant.hpp"

#include <algorithm>

#include "store/model/mask.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/value_binding.hpp"

namespace tacit::store {
namespace {

/// Of the store, from which rows of secrets may be in format 2.
constexpr std::uint32_t first_format_of_padded_rows = 3;

const char* index_name(std::uint8_t kind) {
  switch (static_cast<RowKind>(kind)) {
    case RowKind::name:
      return "name index";
    case RowKind::binding:
      return "binding index";
    case RowKind::default_for:
      return "default index";
    default:
      return "unknown index";
  }
}

std::uint8_t kind_of(std::string_view key) { return static_cast<std::uint8_t>(key[Uuid().bytes.size()]); }

std::string counts(std::uint64_t recorded, std::uint64_t found) {
  return std::to_string(recorded) + " instead of " + std::to_string(found);
}

}  // namespace

void TenantCheck::problem(const std::string& what) { report_.add("tenant " + tenant_.str() + ": " + what); }

void TenantCheck::row(const ParsedKey& key, const Row& row) {
  switch (static_cast<RowKind>(key.kind)) {
    case RowKind::record:
      return record_row(key, row);
    case RowKind::secret:
      return secret_row(key, row);
    case RowKind::name:
    case RowKind::binding:
    case RowKind::default_for:
      return index_row(row);
    case RowKind::api_key:
      return api_key_index_.entry(tenant_, key.rest, row.value);
    case RowKind::newest_secret:
      return newest_secret_row(key, row);
    case RowKind::previous_value:
      return previous_value_row(key, row);
    case RowKind::idempotency_key:
    case RowKind::idempotency_order:
      return idempotency_row(key, row);
  }
  problem("a row of unknown kind " + std::to_string(key.kind));
}

/// An embedded store that was restored from a shared one leaves it as it was, so it may be older than the secrets.
void TenantCheck::newest_secret_row(const ParsedKey& key, const Row& row) {
  Uuid id;
  if (!key.rest.empty()) return problem("a row of unknown meaning beside its newest secret's id");
  if (!parse_id(row.value, id)) return problem("the record of its newest secret's id was altered");
}

void TenantCheck::record_row(const ParsedKey& key, const Row& row) {
  if (!key.rest.empty()) return problem("a row of unknown meaning beside its record");
  has_record_ = true;
  const auto key_id = metadata_key_of_record(row.value);
  const auto* const entry = key_id ? store_.metadata().find(*key_id) : nullptr;
  if (entry == nullptr) return problem("its record names a metadata key that is not in the keyring");
  keys_.emplace(*entry, tenant_);
  record_ = decode_tenant_record(row.value, tenant_, *keys_);
  if (!record_) return problem("its record was altered");
  if (record_->previous_metadata_key) {
    const auto* const previous = store_.metadata().find(*record_->previous_metadata_key);
    if (previous == nullptr) return problem("its record names a previous metadata key that is not in the keyring");
    previous_keys_.emplace(*previous, tenant_);
  }
  check_pairs();
  replay_.tenant(tenant_, record_->key, record_->limits, record_->own_limit, record_->format);
}

void TenantCheck::check_pairs() {
  if (record_->key) {
    pairs_.tenant_key(tenant_, *record_->key);
    private_key_ = open_private_key(*record_->key, "private key");
  }
  if (!record_->previous_key) return;
  pairs_.previous_key(tenant_, *record_->previous_key);
  previous_private_key_ = open_private_key(*record_->previous_key, "previous private key");
}

std::optional<crypto::PrivateKey> TenantCheck::open_private_key(const crypto::TenantKey& key, const char* name) {
  if (!store_.keys.root_private) return std::nullopt;
  auto opened = crypto::open_tenant_key(*store_.keys.root_private, store_.keys.store(), tenant_, key);
  if (!opened) problem(std::string("its ") + name + " cannot be opened");
  return opened;
}

void TenantCheck::unreadable(const Uuid& id, const Row& row, const std::string& why) {
  all_opened_ = false;
  replay_.secret({.tenant = tenant_, .id = id, .updated_at = std::nullopt});
  const auto parsed = parse_secret_row(row.value);
  // Counted by its header, so that one altered row is one problem.
  if (parsed && parsed->header.format == first_secret_format) {
    used_ += parsed->header.accounted;
  } else if (rows_format_ >= first_format_of_padded_rows) {
    all_counted_ = false;
  }
  problem("secret " + id.str() + ": " + why);
}

void TenantCheck::secret_row(const ParsedKey& key, const Row& row) {
  Uuid id;
  ++report_.secrets;
  ++count_;
  if (!parse_id(key.rest, id)) {
    all_opened_ = false;
    return problem("a secret whose row key is not an id");
  }
  const auto secret = open_secret({store_.metadata(), tenant_, keys_ ? &*keys_ : nullptr}, id, row.value);
  if (!secret) return unreadable(id, row, secret.error().subject);
  const std::string its = "secret " + id.str() + ": ";
  replay_.secret({tenant_, id, secret->header.updated_at, row_digest(row.value)});
  if (secret->header.format != first_secret_format && rows_format_ < first_format_of_padded_rows) {
    problem(its + "has a format that the store does not accept yet");
  }
  if (secret->header.format == third_secret_format && rows_format_ < fifth_rows_format) {
    problem(its + "has a format that the store does not accept yet");
  }
  versions_.secret(*secret);
  uses_.secret(tenant_, id);
  if (secret->header.strict) ++report_.values_bound;
  used_ += accounted_of(*secret);
  const std::uint64_t accounted = secret->metadata.accounted(secret->value_size());
  if (accounted_of(*secret) != accounted) {
    problem(its + "counts for " + counts(accounted_of(*secret), accounted) + " bytes");
  }
  if (!secret->metadata.default_is_bound()) {
    problem(its + "is a default without a tool and an argument");
  } else {
    expect_entries(*secret);
  }
  const bool opened = check_value({.secret = id,
                                   .its = its,
                                   .sealed_version = secret->header.sealed_version,
                                   .box = secret->value_box,
                                   .binding = binding_of(*secret),
                                   .size = secret->value_size(),
                                   .display = secret->metadata.display});
  report_.values_opened += opened ? 1 : 0;
}

void TenantCheck::previous_value_row(const ParsedKey& key, const Row& row) {
  if (rows_format_ < fifth_rows_format) return problem("a previous value, which the store does not accept yet");
  const MetadataOpener opener{store_.metadata(), tenant_, keys_ ? &*keys_ : nullptr};
  const auto opened = versions_.row(opener, key.rest, row.value, all_opened_);
  if (!opened) return;
  const StoredVersion& version = opened->version;
  const VersionMetadata& metadata = version.metadata;
  check_value(
      {.secret = opened->secret,
       .its = "secret " + opened->secret.str() + ": its previous value " + std::to_string(version.header.number) + ": ",
       .sealed_version = version.header.sealed_version,
       .box = version.value_box,
       .binding = version.header.strict ? binding_of(metadata.tool_name, metadata.tool_arg) : Bytes(),
       .size = metadata.value_length,
       .display = metadata.display});
}

void TenantCheck::idempotency_row(const ParsedKey& key, const Row& row) {
  if (rows_format_ < fifth_rows_format) return problem("an idempotency key, which the store does not accept yet");
  if (static_cast<RowKind>(key.kind) == RowKind::idempotency_order) return idempotency_.order_row(key.rest, row.value);
  idempotency_.row(tenant_, keys_ ? &*keys_ : nullptr, previous_keys_ ? &*previous_keys_ : nullptr, key.rest,
                   row.value);
}

bool TenantCheck::check_value(const BoxedValue& value) {
  if (!record_) return false;
  const auto fails = [&](std::string_view what) {
    problem(value.its + std::string(what));
    return false;
  };
  if (!record_->key) return fails("its tenant has no key pair");
  const crypto::TenantKey* const key = key_of_box(*record_, value.box);
  if (key == nullptr) {
    return fails(crypto::value_format_of(value.box) ? "its value names a key that its tenant's record does not"
                                                    : "its value cannot be opened");
  }
  const auto& private_key = key == &*record_->key ? private_key_ : previous_private_key_;
  if (!private_key) return false;
  const crypto::ValueAddress address{tenant_, value.secret, value.sealed_version};
  const auto opened = crypto::open_value(*private_key, *key, address, value.box, value.binding);
  if (!opened) return fails("its value cannot be opened");
  if (opened->size() != value.size) fails("its value has another length than its metadata");
  if (!value.display || !is_mask_of(*value.display, opened->text())) fails("its mask is of another value");
  return true;
}

void TenantCheck::expect_entries(const StoredSecret& secret) {
  if (!keys_) return;
  const Metadata& metadata = secret.metadata;
  const bool on_its_way = previous_keys_ && previous_keys_->metadata_key_id() == secret.metadata_key;
  if (!on_its_way && keys_->metadata_key_id() != secret.metadata_key) {
    problem("secret " + secret.id.str() + ": its metadata names a key that its tenant's record does not");
  }
  const crypto::TenantKeys& keys = on_its_way ? *previous_keys_ : *keys_;
  expect(name_row_key(keys, tenant_, metadata.name), secret.id.view(), secret.id, "has the name");
  if (metadata.tool_name) {
    expect(binding_key(keys, tenant_, *metadata.tool_name, metadata.is_default, secret.id), {}, secret.id, "");
    const IndexedPattern pattern = indexed_pattern(*metadata.tool_name);
    if (!pattern.exact) prefixes_.add(pattern.literal.size());
  }
  if (metadata.is_default) {
    const RowKey key = default_row_key(keys, tenant_, *metadata.tool_name, *metadata.tool_arg);
    expect(key, secret.id.view(), secret.id, "is the default");
  }
}

void TenantCheck::expect(const RowKey& key, ByteView value, const Uuid& secret, const char* what) {
  Entry entry{Bytes(value.begin(), value.end()), secret};
  const auto [at, fresh] = expected_.emplace(crypto::as_text(key.view()), std::move(entry));
  if (!fresh) problem("secret " + secret.str() + ": " + what + " of secret " + at->second.secret.str() + " too");
}

void TenantCheck::index_row(const Row& row) {
  if (!record_) return;
  const auto at = expected_.find(Key(crypto::as_text(row.key)));
  const char* const index = index_name(kind_of(crypto::as_text(row.key)));
  if (at == expected_.end()) {
    // The entries of a secret that could not be opened are unknown; that secret was reported.
    if (all_opened_) problem(std::string("an entry of the ") + index + " has no secret");
    return;
  }
  if (!std::ranges::equal(row.value, at->second.value)) {
    problem("secret " + at->second.secret.str() + ": its entry in the " + index + " belongs to another secret");
  }
  expected_.erase(at);
}

void TenantCheck::finish() {
  ++report_.tenants;
  if (!has_record_) return problem("its record is missing");
  if (!record_) return;
  versions_.finish();
  idempotency_.finish();
  for (const auto& [key, entry] : expected_) {
    problem("secret " + entry.secret.str() + ": has no entry in the " + index_name(kind_of(key)));
  }
  if (record_->count != count_) problem("its record counts " + counts(record_->count, count_) + " secrets");
  if (record_->changes && *record_->changes < std::min(record_->count, count_)) {
    problem("its record counts " + std::to_string(*record_->changes) + " changes, fewer than its secrets");
  }
  if (record_->format > rows_format_) problem("its record has a format that the store does not accept yet");
  if (all_counted_ && record_->used != used_) problem("its record counts " + counts(record_->used, used_) + " bytes");
  const PrefixCounts* const prefixes = record_->prefixes.open(*keys_);
  if (prefixes == nullptr) return problem("its prefix lengths cannot be opened");
  if (all_opened_ && *prefixes != prefixes_) problem("its record miscounts the prefixes of its bindings");
}

}  // namespace tacit::store
