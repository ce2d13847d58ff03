#include "store/verify/verify_api_keys.hpp"

#include "store/rows/api_key_row.hpp"

namespace tacit::store {

void ApiKeyIndexCheck::problem(std::string_view id, std::string_view what) {
  findings_.add("API key " + std::string(id) + ": " + std::string(what));
}

void ApiKeyIndexCheck::entry(const Uuid& tenant, ByteView id, ByteView value) {
  const std::string text(crypto::as_text(id));
  if (!value.empty()) problem(text, "its entry in the index of tenant " + tenant.str() + " is not empty");
  entries_.emplace(text, tenant);
}

void ApiKeyIndexCheck::key(std::string_view id, ByteView row, const ApiKey* key) {
  if (key == nullptr) {
    // Its tenant, and whether it should have an entry, are unknown.
    std::erase_if(entries_, [id](const auto& entry) { return entry.first == id; });
    return;
  }
  const bool has_entry = entries_.erase({std::string(id), key->tenant}) != 0;
  if (has_entry && key->revoked_at) problem(id, "is revoked but still in the index of its tenant");
  if (!has_entry && !key->revoked_at && is_indexed(row)) problem(id, "has no entry in the index of its tenant");
}

void ApiKeyIndexCheck::finish() {
  for (const auto& [id, tenant] : entries_)
    problem(id, "is in the index of tenant " + tenant.str() + " but is not a key of that tenant");
}

}  // namespace tacit::store
