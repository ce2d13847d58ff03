#include "store/verify/verify_tenant.hpp"

#include <algorithm>
#include <map>
#include <utility>

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

std::optional<CheckedSecret> check_row(const TenantOpening& opening, const ParsedKey& key, ByteView row) {
  Uuid id;
  if (static_cast<RowKind>(key.kind) == RowKind::record) opening.opened();
  if (static_cast<RowKind>(key.kind) != RowKind::secret || !parse_id(key.rest, id)) return std::nullopt;
  return opening.check_secret(id, row);
}

void TenantCheck::row(const ParsedKey& key, const Row& row) {
  if (static_cast<RowKind>(key.kind) == RowKind::record && key.rest.empty()) opening_->give_record(row.value);
  this->row(key, row, check_row(*opening_, key, row.value));
}

void TenantCheck::row(const ParsedKey& key, const Row& row, std::optional<CheckedSecret> checked) {
  switch (static_cast<RowKind>(key.kind)) {
    case RowKind::record:
      return record_row(key);
    case RowKind::secret:
      return secret_row(row, std::move(checked));
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

void TenantCheck::record_row(const ParsedKey& key) {
  if (!key.rest.empty()) return problem("a row of unknown meaning beside its record");
  has_record_ = true;
  const TenantOpening::Opened& opened = this->opened();
  if (*opened.problem != 0) return problem(opened.problem);
  check_pairs(opened);
  const TenantRecord& record = *opened.record;
  replay_.tenant(tenant_, record.key, record.limits, record.own_limit, record.format);
}

void TenantCheck::check_pairs(const TenantOpening::Opened& opened) {
  const TenantRecord& record = *opened.record;
  if (record.key) {
    pairs_.tenant_key(tenant_, *record.key, opened.pair.certificate);
    if (opened.pair.is_closed) problem("its private key cannot be opened");
  }
  if (!record.previous_key) return;
  pairs_.previous_key(tenant_, *record.previous_key, opened.previous_pair.certificate);
  if (opened.previous_pair.is_closed) problem("its previous private key cannot be opened");
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

void TenantCheck::secret_row(const Row& row, std::optional<CheckedSecret> checked) {
  ++report_.secrets;
  ++count_;
  if (!checked) {
    all_opened_ = false;
    return problem("a secret whose row key is not an id");
  }
  const Uuid& id = checked->id;
  if (!checked->secret) return unreadable(id, row, checked->secret.error().subject);
  const StoredSecret& secret = *checked->secret;
  const std::string its = "secret " + id.str() + ": ";
  replay_.secret({tenant_, id, secret.header.updated_at, checked->row});
  if (secret.header.format != first_secret_format && rows_format_ < first_format_of_padded_rows) {
    problem(its + "has a format that the store does not accept yet");
  }
  if (secret.header.format == third_secret_format && rows_format_ < fifth_rows_format) {
    problem(its + "has a format that the store does not accept yet");
  }
  versions_.secret(secret);
  uses_.secret(tenant_, id);
  if (secret.header.strict) ++report_.values_bound;
  used_ += accounted_of(secret);
  const std::uint64_t accounted = secret.metadata.accounted(secret.value_size());
  if (accounted_of(secret) != accounted) {
    problem(its + "counts for " + counts(accounted_of(secret), accounted) + " bytes");
  }
  if (!secret.metadata.default_is_bound()) {
    problem(its + "is a default without a tool and an argument");
  } else {
    expect_entries(*checked);
  }
  if (judge_value(its, checked->value)) ++report_.values_opened;
}

void TenantCheck::previous_value_row(const ParsedKey& key, const Row& row) {
  if (rows_format_ < fifth_rows_format) return problem("a previous value, which the store does not accept yet");
  const MetadataOpener opener{store_.metadata(), tenant_, keys()};
  const auto opened = versions_.row(opener, key.rest, row.value, all_opened_);
  if (!opened) return;
  const StoredVersion& version = opened->version;
  const VersionMetadata& metadata = version.metadata;
  const std::string its =
      "secret " + opened->secret.str() + ": its previous value " + std::to_string(version.header.number) + ": ";
  judge_value(its, opening_->check_value(
                       {.secret = opened->secret,
                        .sealed_version = version.header.sealed_version,
                        .box = version.value_box,
                        .binding = version.header.strict ? binding_of(metadata.tool_name, metadata.tool_arg) : Bytes(),
                        .size = metadata.value_length,
                        .display = metadata.display}));
}

void TenantCheck::idempotency_row(const ParsedKey& key, const Row& row) {
  if (rows_format_ < fifth_rows_format) return problem("an idempotency key, which the store does not accept yet");
  if (static_cast<RowKind>(key.kind) == RowKind::idempotency_order) return idempotency_.order_row(key.rest, row.value);
  const auto& previous = opened().previous_keys;
  idempotency_.row(tenant_, keys(), previous ? &*previous : nullptr, key.rest, row.value);
}

bool TenantCheck::judge_value(const std::string& its, const CheckedValue& value) {
  if (*value.fault != 0) problem(its + value.fault);
  return value.opened;
}

void TenantCheck::expect_entries(const CheckedSecret& checked) {
  if (checked.names_other_key) {
    problem("secret " + checked.id.str() + ": its metadata names a key that its tenant's record does not");
  }
  for (const RequiredEntry& required : checked.entries) expect(required, checked.id);
  const Metadata& metadata = checked.secret->metadata;
  if (checked.entries.empty() || !metadata.tool_name) return;
  const IndexedPattern pattern = indexed_pattern(*metadata.tool_name);
  if (!pattern.exact) prefixes_.add(pattern.literal.size());
}

void TenantCheck::expect(const RequiredEntry& required, const Uuid& secret) {
  const Entry entry{.secret = secret, .has_id = required.has_id};
  const auto [at, fresh] = expected_.emplace(crypto::as_text(required.key.view()), entry);
  if (fresh) return;
  problem("secret " + secret.str() + ": " + required.what + " of secret " + at->second.secret.str() + " too");
}

void TenantCheck::index_row(const Row& row) {
  if (record() == nullptr) return;
  const auto at = expected_.find(Key(crypto::as_text(row.key)));
  const char* const index = index_name(kind_of(crypto::as_text(row.key)));
  if (at == expected_.end()) {
    // The entries of a secret that could not be opened are unknown; that secret was reported.
    if (all_opened_) problem(std::string("an entry of the ") + index + " has no secret");
    return;
  }
  const Uuid& secret = at->second.secret;
  if (!std::ranges::equal(row.value, at->second.has_id ? secret.view() : ByteView())) {
    problem("secret " + secret.str() + ": its entry in the " + index + " belongs to another secret");
  }
  expected_.erase(at);
}

void TenantCheck::finish() {
  ++report_.tenants;
  if (!has_record_) return problem("its record is missing");
  const TenantRecord* const record = this->record();
  if (record == nullptr) return;
  versions_.finish();
  idempotency_.finish();
  const std::map<Key, Entry> missing(expected_.begin(), expected_.end());  // in the order of the keys
  for (const auto& [key, entry] : missing) {
    problem("secret " + entry.secret.str() + ": has no entry in the " + index_name(kind_of(key)));
  }
  if (record->count != count_) problem("its record counts " + counts(record->count, count_) + " secrets");
  if (record->changes && *record->changes < std::min(record->count, count_)) {
    problem("its record counts " + std::to_string(*record->changes) + " changes, fewer than its secrets");
  }
  if (record->format > rows_format_) problem("its record has a format that the store does not accept yet");
  if (all_counted_ && record->used != used_) problem("its record counts " + counts(record->used, used_) + " bytes");
  SealedPrefixes sealed = record->prefixes;
  const PrefixCounts* const prefixes = sealed.open(*keys());
  if (prefixes == nullptr) return problem("its prefix lengths cannot be opened");
  if (all_opened_ && *prefixes != prefixes_) problem("its record miscounts the prefixes of its bindings");
}

}  // namespace tacit::store
