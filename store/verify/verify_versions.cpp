#include "store/verify/verify_versions.hpp"

namespace tacit::store {

void VersionsCheck::secret(const StoredSecret& secret) {
  secrets_[secret.id] = {.present = secret.header.value_version, .expected = secret.header.previous};
}

std::optional<VersionsCheck::Opened> VersionsCheck::row(const MetadataOpener& opener, ByteView rest, ByteView row,
                                                        bool all_secrets) {
  const auto key = parse_version_key(rest);
  if (!key) {
    problem_("a previous value whose row key is incomplete");
    return std::nullopt;
  }
  const auto& [id, number] = *key;
  const std::string its = "secret " + id.str() + ": its previous value " + std::to_string(number) + ": ";
  const auto at = secrets_.find(id);
  if (at == secrets_.end()) {
    // Those of a secret that could not be opened are unknown; that secret was reported.
    if (all_secrets) problem_(its + "there is no such secret");
    return std::nullopt;
  }
  ++at->second.found;
  if (number >= at->second.present) problem_(its + "is not older than the present one");
  auto version = open_version(opener, id, number, row);
  if (!version) {
    problem_(its + version.error().subject);
    return std::nullopt;
  }
  return Opened{.secret = id, .version = std::move(*version)};
}

void VersionsCheck::finish() {
  for (const auto& [id, counted] : secrets_) {
    if (counted.found == counted.expected) continue;
    problem_("secret " + id.str() + ": its row counts " + std::to_string(counted.expected) +
             " previous values instead of " + std::to_string(counted.found));
  }
}

}  // namespace tacit::store
