// `tacit key list`: the cryptographic keys in the keyrings and, with --uses, the number of stored objects that use
// each.
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/keyrings/keyring_edit.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/output.hpp"
#include "server/cli/progress.hpp"
#include "server/cli/quantities.hpp"
#include "server/cli/standard_streams.hpp"
#include "server/commands/key_signing.hpp"
#include "server/config/errors.hpp"
#include "server/config/keyring_files.hpp"
#include "server/wiring/open_store.hpp"
#include "store/keys/keys.hpp"

namespace tacit::server {
namespace {

using Keys = std::vector<crypto::ListedKey>;

/// The faults of keyrings: complained of at once, and the other keyrings are listed.
struct Faults {
  void add(const std::string& fault) {
    complain(fault);
    any = true;
  }
  bool any = false;
};

/// Empty if the keyring cannot be read.
Keys keys_of(const char* setting, const std::filesystem::path& file, std::string_view kind, Faults& faults) {
  if (file.empty()) throw UsageError(is_not_configured(setting));
  auto keys = crypto::list_keyring(file, kind);
  if (keys) return std::move(*keys);
  faults.add(keys.error().message);
  return {};
}

/// The private halves; std::nullopt if this user cannot read them.
std::optional<Keys> private_halves(const Config& config, Faults& faults) {
  if (config.root_private_keyring.empty()) return std::nullopt;
  auto keys = crypto::list_keyring(config.root_private_keyring, "root-private");
  if (keys) return std::move(*keys);
  faults.add(keys.error().message);
  return std::nullopt;
}

crypto::Signers signers_of(const Config& config) {
  if (config.root_public_keyring.empty()) throw UsageError(is_not_configured("root-public-keyring"));
  const auto ring = crypto::RootPublicKeyring::load(config.root_public_keyring);
  if (!ring) throw UsageError(ring.error().message);
  return ring->signers();
}

/// Per role the ids in its private keyring; std::nullopt if this user cannot read it, or it is on another host.
using SigningHalves = std::map<crypto::SigningRole, std::optional<std::set<crypto::KeyId>>>;

SigningHalves signing_halves_of(const Config& config, const crypto::Signers& signers, Faults& faults) {
  SigningHalves halves;
  for (const KeyringFile which : keyring_files) {
    const crypto::SigningRole role = row_of(which).role;
    auto& ids = halves[role];
    const std::filesystem::path file = keyring_file(config, which);
    if (file.empty() || signers.entries().empty()) continue;
    const auto ring = crypto::SigningKeyring::load(file, role);
    if (!ring) {
      faults.add(ring.error().message);
      continue;
    }
    ids.emplace();
    for (const auto& entry : ring->entries()) ids->insert(entry.id);
  }
  return halves;
}

const char* state_name(crypto::SignerState state) {
  switch (state) {
    case crypto::SignerState::primary:
      return "primary";
    case crypto::SignerState::active:
      return "active";
    case crypto::SignerState::retired:
      break;
  }
  return "retired";
}

bool has_key(const Keys& keys, const crypto::KeyId& id) {
  return std::ranges::find(keys, id, &crypto::ListedKey::id) != keys.end();
}

/// A key as shown in the table or as JSON.
struct Entry {
  const char* keyring = "";
  crypto::KeyId id{};
  const char* state = "active";  ///< primary, active, retired or missing
  std::string created{};         ///< empty for a key that is in no keyring
  std::string note{};
  std::optional<store::KeyUse> use{};
};
using Entries = std::vector<Entry>;

std::optional<store::KeyUse> use_of(const std::optional<store::KeyCensus>& census, const crypto::KeyId& id) {
  if (!census) return std::nullopt;
  return census->of(id);
}

std::string note_of(const crypto::KeyId& id, const std::optional<Keys>& halves) {
  if (!halves) return "its private half was not checked";
  return has_key(*halves, id) ? "" : "its private half is missing";
}

Entry entry_of(store::KeyKind kind, const crypto::ListedKey& key, std::string note,
               const std::optional<store::KeyCensus>& census) {
  return {.keyring = to_string(kind),
          .id = key.id,
          .state = key.primary ? "primary" : "active",
          .created = key.created,
          .note = std::move(note),
          .use = use_of(census, key.id)};
}

/// Adds keys that are in use but in no keyring, and warns of unreadable rows: the list would look complete without.
void add_the_rest(Entries& entries, store::KeyKind kind, const Keys& keys, const std::optional<Keys>& halves,
                  const std::optional<store::KeyCensus>& census) {
  if (!census) return;
  for (const auto& [id, use] : census->uses) {
    if (has_key(keys, id) || (halves && has_key(*halves, id))) continue;
    entries.push_back({.keyring = to_string(kind),
                       .id = id,
                       .state = "missing",
                       .note = "not in a keyring; see tacit verify",
                       .use = use});
  }
  if (census->unreadable == 0) return;
  std::cerr << "tacit: " << counted(census->unreadable, "row") << " cannot be read and may use any " << to_string(kind)
            << " key; see tacit verify\n";
}

std::optional<store::KeyCensus> count(const store::Store* store, store::KeyKind kind) {
  if (store == nullptr) return std::nullopt;
  Progress progress(std::cerr, std::string("Counting ") + to_string(kind) + " keys", ::isatty(STDERR_FILENO) == 1);
  return value_or_fail(
      store->keys().census(kind, [&](const store::VerifyProgress& p) { progress.show(p.rows, p.rows_total); }),
      "cannot count the uses of the keys");
}

void print_table(const Entries& entries, bool with_uses) {
  std::vector<std::vector<std::string>> rows = {{"KEYRING", "KEY", "STATE", "CREATED"}};
  if (with_uses) rows.front().insert(rows.front().end(), {"TENANTS", "SECRETS", "API KEYS", "ROWS"});
  for (const Entry& entry : entries) {
    std::vector<std::string> row = {entry.keyring, crypto::to_hex(entry.id), entry.state,
                                    entry.created.empty() ? "-" : entry.created};
    if (entry.use) {
      row.insert(row.end(), {std::to_string(entry.use->tenants), std::to_string(entry.use->secrets),
                             std::to_string(entry.use->api_keys), std::to_string(entry.use->rows())});
    } else if (with_uses) {
      row.insert(row.end(), {"-", "-", "-", "-"});
    }
    if (!entry.note.empty()) row.push_back(entry.note);
    rows.push_back(std::move(row));
  }
  std::cout << table(rows);
}

boost::json::value or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return boost::json::string(text);
}

boost::json::object object_of(const Entry& entry) {
  boost::json::object out;
  out["keyring"] = entry.keyring;
  out["key"] = crypto::to_hex(entry.id);
  out["state"] = entry.state;
  out["created_at"] = or_null(entry.created);
  out["note"] = or_null(entry.note);
  if (!entry.use) return out;
  out["tenants"] = entry.use->tenants;
  out["secrets"] = entry.use->secrets;
  out["api_keys"] = entry.use->api_keys;
  out["rows"] = entry.use->rows();
  return out;
}

void print_json(const Entries& entries) {
  boost::json::array list;
  for (const Entry& entry : entries) list.push_back(object_of(entry));
  std::cout << boost::json::serialize(list) << '\n';
}

/// The keyrings, read before the store is opened, because opening it may give up root. Throws UsageError if the root
/// public one, which names the keys of others, cannot be read.
struct Rings {
  explicit Rings(const Config& config)
      : signers(signers_of(config)),
        root(keys_of("root-public-keyring", config.root_public_keyring, "root-public", faults)),
        metadata(keys_of("metadata-keyring", config.metadata_keyring, "metadata", faults)),
        halves(private_halves(config, faults)),
        signing_halves(signing_halves_of(config, signers, faults)) {}
  Faults faults{};
  crypto::Signers signers;
  Keys root;
  Keys metadata;
  std::optional<Keys> halves;
  SigningHalves signing_halves;
};

void add_signers(Entries& entries, const Rings& rings, const std::optional<store::KeyCensus>& census) {
  for (const crypto::SigningRole role : crypto::signing_roles) {
    for (const crypto::Signer& signer : rings.signers.entries()) {
      if (signer.role != role) continue;
      const auto& ids = rings.signing_halves.at(role);
      std::string note;
      if (signer.state != crypto::SignerState::retired) {
        if (!ids) note = "its private half was not checked";
        if (ids && !ids->contains(signer.id)) note = "its private half is missing";
      }
      entries.push_back({.keyring = keyring_name(role),
                         .id = signer.id,
                         .state = state_name(signer.state),
                         .created = signer.created,
                         .note = std::move(note),
                         .use = role == crypto::SigningRole::root ? use_of(census, signer.id) : std::nullopt});
    }
  }
}

Entries all_entries(const Rings& rings, const store::Store* store) {
  const auto root_census = count(store, store::KeyKind::root);
  const auto metadata_census = count(store, store::KeyKind::metadata);
  Entries entries;
  for (const auto& key : rings.root) {
    entries.push_back(entry_of(store::KeyKind::root, key, note_of(key.id, rings.halves), root_census));
  }
  for (const auto& half : rings.halves.value_or(Keys())) {
    if (has_key(rings.root, half.id)) continue;
    const crypto::ListedKey key{.id = half.id, .created = half.created, .has_public = false};
    const char* const note = "its public half is missing; tacit key add root adds it";
    entries.push_back(entry_of(store::KeyKind::root, key, note, root_census));
  }
  add_the_rest(entries, store::KeyKind::root, rings.root, rings.halves, root_census);
  for (const auto& key : rings.metadata) {
    entries.push_back(entry_of(store::KeyKind::metadata, key, "", metadata_census));
  }
  add_the_rest(entries, store::KeyKind::metadata, rings.metadata, std::nullopt, metadata_census);
  if (rings.signers.entries().empty()) return entries;
  const auto signing_census = count(store, store::KeyKind::signing);
  add_signers(entries, rings, signing_census);
  Keys root_signers;
  for (const crypto::Signer& signer : rings.signers.entries()) {
    if (signer.role == crypto::SigningRole::root) root_signers.push_back({.id = signer.id, .created = signer.created});
  }
  add_the_rest(entries, store::KeyKind::signing, root_signers, std::nullopt, signing_census);
  return entries;
}

}  // namespace

int key_list_command(const Config& config, const Arguments& arguments) {
  const Rings rings(config);
  OpenStore store;
  if (arguments.contains("uses")) store = open_store(config);
  const Entries entries = all_entries(rings, store.get());
  if (arguments.contains("json")) {
    print_json(entries);
  } else {
    print_table(entries, store != nullptr);
  }
  return rings.faults.any ? exit_failed : exit_ok;
}

}  // namespace tacit::server
