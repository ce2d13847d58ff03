#include "store/secrets/version_changes.hpp"

#include <algorithm>
#include <utility>

#include "store/engine/walk_size.hpp"
#include "store/rows/version_row.hpp"
#include "store/secrets/stored_state.hpp"

namespace tacit::store {
namespace {

/// The row of a previous value.
struct FoundVersion {
  Bytes key;
  std::uint32_t number = 0;
};

/// The rows of a secret's previous values.
struct FoundVersions {
  std::vector<FoundVersion> sound;  ///< the oldest first
  std::vector<Bytes> unsound;       ///< keys of rows that are none of its previous values
  bool altered = false;
};

/// A row that the secret's count does not include may be of any content.
bool is_sound(const StoredState& stored, const MetadataOpener& opener, const std::optional<VersionKey>& key,
              ByteView row) {
  if (!key || key->number >= stored.secret.header.value_version) return false;
  return open_version(opener, stored.secret.id, key->number, row).has_value();
}

std::size_t most_at_once(const EngineTraits& traits) {
  constexpr std::size_t rows_of_one = 2;
  return std::max<std::size_t>(items_of_write(traits, most_version_rows, rows_of_one), most_versions_kept);
}

/// Reads nothing if the secret's row counts none. Opens the rows only if they are not as many as it counts.
Task<FoundVersions> find_versions(Transaction& transaction, const StoredState& stored, const MetadataOpener& opener) {
  FoundVersions found;
  const std::size_t counted = stored.secret.header.previous;
  if (counted == 0) co_return found;
  const RowKey prefix = version_rows_of(stored.tenant.id, stored.secret.id);
  const std::size_t before_secret = RowKey(stored.tenant.id, RowKind::previous_value).view().size();
  auto rows = co_await transaction.scan(Table::tenants, prefix.view(), prefix.view(), counted + 1);
  found.altered = rows.size() != counted;
  if (rows.size() > counted) {
    rows = co_await transaction.scan(Table::tenants, prefix.view(), prefix.view(), most_at_once(transaction.traits()));
  }
  for (const Row& row : rows) {
    const auto key = parse_version_key(row.key.subspan(before_secret));
    found.altered = found.altered || !key;
    const bool sound = found.altered ? is_sound(stored, opener, key, row.value) : key.has_value();
    Bytes copy(row.key.begin(), row.key.end());
    if (sound) {
      FoundVersion& version = found.sound.emplace_back();
      version.key = std::move(copy);
      version.number = key->number;
    } else {
      found.unsound.push_back(std::move(copy));
    }
  }
  co_return found;
}

}  // namespace

VersionChanges no_version_changes(const SecretHeader& header) {
  VersionChanges changes;
  changes.left = header.previous;
  return changes;
}

Task<VersionChanges> keep_present_value(Transaction& transaction, const StoredState& stored, const StoreContext& store,
                                        std::uint32_t most, std::optional<std::uint32_t> taken) {
  VersionChanges changes;
  if (!stored.rules.versions) co_return changes;
  const MetadataOpener opener{store.metadata(), stored.tenant.id, stored.tenant.keys.get()};
  FoundVersions found = co_await find_versions(transaction, stored, opener);
  if (found.altered) changes.damage = altered_versions;
  changes.erased = std::move(found.unsound);
  std::vector<FoundVersion>& kept = found.sound;
  const auto took =
      std::ranges::find(kept, taken, [](const FoundVersion& version) { return std::optional(version.number); });
  if (took != kept.end()) {
    changes.erased.push_back(std::move(took->key));
    kept.erase(took);
  }
  most = std::min(most, most_versions_kept);
  // One whose key pair the tenant does not have any more cannot come back.
  const bool is_lost = key_of_box(stored.tenant.record, stored.secret.value_box) == nullptr;
  const std::size_t added = most > 0 && !is_lost ? 1 : 0;
  const std::size_t surplus = kept.size() + added - std::min<std::size_t>(kept.size() + added, most);
  for (std::size_t i = 0; i < surplus; ++i) changes.erased.push_back(std::move(kept[i].key));
  changes.left = static_cast<std::uint8_t>(kept.size() + added - surplus);
  if (added > 0) changes.added = seal_version(*stored.tenant.keys, stored.secret);
  co_return changes;
}

Task<VersionChanges> discard_versions(Transaction& transaction, const StoredState& stored) {
  VersionChanges changes;
  if (!stored.rules.versions) co_return changes;
  const std::size_t most = most_at_once(transaction.traits());
  const RowKey prefix = version_rows_of(stored.tenant.id, stored.secret.id);
  const auto rows = co_await transaction.scan(Table::tenants, prefix.view(), prefix.view(), most + 1);
  if (rows.size() != stored.secret.header.previous) changes.damage = altered_versions;
  changes.more = rows.size() > most;
  for (const Row& row : rows) {
    if (changes.erased.size() < most) changes.erased.emplace_back(row.key.begin(), row.key.end());
  }
  co_return changes;
}

// Erased boxes are unreachable from here on, like that of a deleted secret.
void apply(Transaction& transaction, const crypto::Uuid& tenant, const StoredSecret& secret,
           const VersionChanges& changes) {
  for (const Bytes& key : changes.erased) transaction.erase(Table::tenants, key);
  if (!changes.added) return;
  const RowKey key = version_row_key(tenant, secret.id, secret.header.value_version);
  transaction.put(Table::tenants, key.view(), *changes.added);
}

}  // namespace tacit::store
