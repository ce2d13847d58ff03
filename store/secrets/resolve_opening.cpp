#include "store/secrets/resolve_opening.hpp"

#include <algorithm>
#include <span>

#include "store/model/failures.hpp"
#include "store/rows/tenant_key_check.hpp"

namespace tacit::store {
namespace {

/// Opening a value takes about as long as reading a row of this size, so the clock is read after each value.
constexpr std::size_t as_long_as_opening = std::size_t{64} << 10;

}  // namespace

ResolveOpening::ResolveOpening(ContextPtr store, std::shared_ptr<OpenedKeys> opened_keys, crypto::Uuid tenant,
                               const Choice& choice)
    : store_(std::move(store)),
      opened_keys_(std::move(opened_keys)),
      tenant_(tenant),
      choice_(choice),
      opened_(choice.secrets.size()),
      row_digests_(choice.secrets.size()),
      values_(choice.tools.size()) {
  const KeyPairs& pairs = choice.pairs;
  if (pairs.key) pairs_[0] = {.pair = &*pairs.key, .id = pairs.key->id()};
  if (pairs.previous) pairs_[1] = {.pair = &*pairs.previous, .id = pairs.previous->id()};
  for (std::size_t i = 0; i < choice.tools.size(); ++i) {
    values_[i].reserve(choice.tools[i].values.size());
    for (const ChosenValue& value : choice.tools[i].values) ++opened_[value.secret].arguments;
  }
}

std::vector<crypto::PublicKey> ResolveOpening::opened_with() const {
  std::vector<crypto::PublicKey> keys;
  for (const OpenedPair& opened : pairs_) {
    if (opened.private_key) keys.push_back(opened.pair->public_key);
  }
  return keys;
}

Outcome<bool> ResolveOpening::open_slice() {
  if (choice_.secrets.empty()) return true;
  Slice slice(store_->slice, choice_.secrets.size() > 1 ? Slice::Begins::now : Slice::Begins::after_some_steps);
  if (pairs_[0].pair == nullptr) return altered(choice_.secrets.front().id, "the tenant has no key pair");
  for (; tool_ < choice_.tools.size(); ++tool_) {
    const std::vector<ChosenValue>& wanted = choice_.tools[tool_].values;
    std::vector<ReleasedValue>& values = values_[tool_];
    while (values.size() < wanted.size()) {
      const ChosenValue& next = wanted[values.size()];
      const Chosen& chosen = choice_.secrets[next.secret];
      const bool is_new = !opened_[next.secret].value;
      auto value = value_of(next.secret);
      if (!value) return value.error();
      const std::size_t size = value->size();
      values.push_back({.argument = next.argument,
                        .value = std::move(*value),
                        .secret = chosen.id,
                        .secret_name = chosen.name,
                        .updated_at = chosen.updated_at,
                        .expires_at = chosen.expires_at});
      if (slice.over(is_new ? as_long_as_opening : size)) return false;
    }
  }
  return true;
}

/// Opens the private half, if the pair is accepted. A process that fell may have put another pair into the record.
Outcome<void> ResolveOpening::open_pair(OpenedPair& opened) {
  const StoreKeys& keys = store_->keys;
  const auto accepted = check_tenant_key(keys, *opened.pair);
  if (!accepted) return accepted.error();
  opened.private_key = find_opened(opened);
  if (opened.private_key) return {};
  opened.private_key = crypto::open_tenant_key(*keys.root_private, keys.store(), tenant_, *opened.pair);
  if (!opened.private_key) return altered({}, "the tenant's private key cannot be opened");
  opened_keys_->keep(store_->serial, tenant_, opened.digest, *opened.private_key);
  return {};
}

std::optional<crypto::PrivateKey> ResolveOpening::find_opened(OpenedPair& wanted) {
  std::array<crypto::Digest, 2> present{};
  std::size_t count = 0;
  for (OpenedPair& each : pairs_) {
    if (each.pair == nullptr) continue;
    each.digest = pair_digest(tenant_, *each.pair);
    present.at(count++) = each.digest;
  }
  return opened_keys_->find(tenant_, wanted.digest, std::span(present).first(count));
}

Outcome<crypto::WipedBytes> ResolveOpening::open(const Chosen& chosen) {
  const auto row = parse_secret_row(chosen.row);
  const auto named = crypto::tenant_key_of(row->value_box);
  const auto pair = std::ranges::find_if(
      pairs_, [&](const OpenedPair& opened) { return opened.pair != nullptr && named && opened.id == *named; });
  if (pair == pairs_.end())
    return altered(chosen.id, "the secret's value names a key that its tenant's record does not");
  if (!pair->private_key) {
    const auto opened = open_pair(*pair);
    if (!opened) return opened.error();
  }
  const crypto::ValueAddress address{tenant_, chosen.id, row->header.sealed_version};
  auto value = crypto::open_value(*pair->private_key, *pair->pair, address, row->value_box, chosen.binding);
  if (!value) return altered(chosen.id, "the secret's value cannot be opened");
  if (chosen.value_length && value->size() != *chosen.value_length) {
    return altered(chosen.id, "the secret's value has another length than its metadata");
  }
  return std::move(*value);
}

/// The value for one argument: a copy, except for the last one.
Outcome<crypto::WipedBytes> ResolveOpening::value_of(std::size_t secret) {
  OpenedValue& opened = opened_[secret];
  if (!opened.value) {
    const Chosen& chosen = choice_.secrets[secret];
    auto value = open(chosen);
    if (!value) return value.error();
    opened.value.emplace(std::move(*value));
    row_digests_[secret] = row_digest(chosen.row);
  }
  if (--opened.arguments > 0) return crypto::WipedBytes(opened.value->view());
  return std::move(*opened.value);
}

}  // namespace tacit::store
