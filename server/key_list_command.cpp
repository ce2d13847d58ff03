#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "server/commands.hpp"
#include "server/errors.hpp"
#include "server/key_rings.hpp"
#include "server/open_store.hpp"
#include "server/output.hpp"
#include "server/progress.hpp"

namespace tacit::server {
namespace {

using Keys = std::vector<crypto::ListedKey>;
using Rows = std::vector<std::vector<std::string>>;

Keys keys_of(const char* setting, const std::filesystem::path& file, std::string_view kind) {
  if (file.empty()) throw UsageError(std::string(setting) + " is not configured");
  auto keys = crypto::list_keyring(file, kind);
  if (!keys) throw UsageError(keys.error().message);
  return std::move(*keys);
}

/// The private halves, as far as this user may read them.
std::optional<Keys> private_halves(const Config& config) {
  if (config.root_private_keyring.empty()) return std::nullopt;
  auto keys = crypto::list_keyring(config.root_private_keyring, "root-private");
  if (keys) return std::move(*keys);
  std::cerr << "tacit: " << keys.error().message << '\n';
  return std::nullopt;
}

bool has_key(const Keys& keys, const crypto::KeyId& id) {
  return std::ranges::find(keys, id, &crypto::ListedKey::id) != keys.end();
}

std::string note_of(const crypto::KeyId& id, const std::optional<Keys>& halves) {
  if (!halves) return "its private half was not looked for";
  return has_key(*halves, id) ? "" : "its private half is missing";
}

void add_uses(std::vector<std::string>& row, const store::KeyUse& use) {
  row.insert(row.end(), {std::to_string(use.tenants), std::to_string(use.secrets), std::to_string(use.api_keys)});
}

void add_row(Rows& rows, store::KeyKind kind, const crypto::ListedKey& key, std::string note,
             const std::optional<store::KeyCensus>& census) {
  std::vector<std::string> row = {to_string(kind), crypto::to_hex(key.id), key.primary ? "primary" : "active",
                                  key.created};
  if (census) add_uses(row, census->of(key.id));
  if (!note.empty()) row.push_back(std::move(note));
  rows.push_back(std::move(row));
}

/// What is named and in no keyring, and what cannot be read: the list would look sound without.
void add_the_rest(Rows& rows, store::KeyKind kind, const Keys& keys, const std::optional<Keys>& halves,
                  const std::optional<store::KeyCensus>& census) {
  if (!census) return;
  for (const auto& [id, use] : census->uses) {
    if (has_key(keys, id) || (halves && has_key(*halves, id))) continue;
    std::vector<std::string> row = {to_string(kind), crypto::to_hex(id), "missing", "-"};
    add_uses(row, use);
    row.emplace_back("no keyring has it; see tacit verify");
    rows.push_back(std::move(row));
  }
  if (census->unreadable == 0) return;
  std::cerr << "tacit: " << census->unreadable << " rows cannot be read and may name any " << to_string(kind)
            << " key; see tacit verify\n";
}

std::optional<store::KeyCensus> count(const store::Store* store, store::KeyKind kind) {
  if (store == nullptr) return std::nullopt;
  Progress progress(std::cerr, std::string("Counting ") + to_string(kind) + " keys", ::isatty(STDERR_FILENO) == 1);
  return value_or_fail(
      store->key_census(kind, [&](const store::VerifyProgress& p) { progress.show(p.rows, p.rows_total); }),
      "cannot count what names the keys");
}

}  // namespace

int key_list_command(const Config& config, const Arguments& arguments) {
  const Keys root = keys_of("root-public-keyring", config.root_public_keyring, "root-public");
  const Keys metadata = keys_of("metadata-keyring", config.metadata_keyring, "metadata");
  const std::optional<Keys> halves = private_halves(config);
  OpenStore store;
  if (arguments.contains("uses")) store = open_store(config);
  const auto root_census = count(store.get(), store::KeyKind::root);
  const auto metadata_census = count(store.get(), store::KeyKind::metadata);

  Rows rows = {{"KEYRING", "KEY", "STATE", "CREATED"}};
  if (store) rows.front().insert(rows.front().end(), {"TENANTS", "SECRETS", "API KEYS"});
  for (const auto& key : root) add_row(rows, store::KeyKind::root, key, note_of(key.id, halves), root_census);
  for (const auto& half : halves.value_or(Keys())) {
    if (has_key(root, half.id)) continue;
    const crypto::ListedKey key{half.id, false, half.created, false};
    add_row(rows, store::KeyKind::root, key, "its public half is missing; tacit key add root adds it", root_census);
  }
  add_the_rest(rows, store::KeyKind::root, root, halves, root_census);
  for (const auto& key : metadata) add_row(rows, store::KeyKind::metadata, key, "", metadata_census);
  add_the_rest(rows, store::KeyKind::metadata, metadata, std::nullopt, metadata_census);
  std::cout << table(rows);
  return exit_ok;
}

}  // namespace tacit::server
