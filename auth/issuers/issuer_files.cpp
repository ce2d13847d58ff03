#include "auth/issuers/issuer_files.hpp"

#include <algorithm>
#include <utility>

#include "auth/https/tls_trust.hpp"
#include "crypto/files/text_file.hpp"

namespace tacit::auth {

boost::system::result<KeySet, std::string> load_key_file(const std::filesystem::path& file) {
  const std::string name = file.string();
  const auto text = crypto::read_text_file(file, largest_key_document);
  if (!text) return "the key file " + text.error().message;
  auto keys = KeySet::parse(*text);
  if (!keys) return "the key file " + name + " cannot be used: " + keys.error();
  if (keys->keys().empty()) return "the key file " + name + " cannot be used: it has no public key";
  return keys;
}

std::optional<std::string> find_algorithm_fault(const IssuerConfig& issuer, const KeySet& keys) {
  const auto is_useful = [&](const KeySet::Key& key) {
    return std::ranges::any_of(issuer.algorithms, [&](crypto::SignatureAlgorithm each) { return key->takes(each); });
  };
  if (std::ranges::any_of(keys.keys(), is_useful)) return std::nullopt;
  return "no key fits `algorithms` in the key file " + issuer.jwks_file.string();
}

boost::system::result<KeySet, std::string> load_keys(const IssuerConfig& issuer) {
  auto keys = load_key_file(issuer.jwks_file);
  if (!keys) return keys;
  if (auto fault = find_algorithm_fault(issuer, *keys)) return std::move(*fault);
  return keys;
}

std::vector<std::string> find_skipped_keys(const IssuerConfig& issuer) {
  std::vector<std::string> notes;
  if (issuer.keys != IssuerConfig::Keys::file) return notes;
  const auto keys = load_key_file(issuer.jwks_file);
  if (!keys) return notes;
  // By position, which locates the key in the file; the server's log has the kid, which identifies it in tokens.
  const std::string begin = "the key file " + issuer.jwks_file.string() + " has keys that are not used: ";
  const SkippedKeys& skipped = keys->skipped();
  for (const SkippedKey& key : skipped.named) {
    notes.push_back(begin + "key " + std::to_string(key.position) + ": " + key.why);
  }
  if (skipped.count > skipped.named.size()) {
    notes.push_back(begin + std::to_string(skipped.count - skipped.named.size()) + " more");
  }
  return notes;
}

std::vector<FileFault> find_file_faults(const IssuerConfig& issuer) {
  std::vector<FileFault> faults;
  if (issuer.keys == IssuerConfig::Keys::file) {
    const auto keys = load_key_file(issuer.jwks_file);
    if (!keys) {
      faults.push_back({"jwks-file", keys.error()});
    } else if (auto fault = find_algorithm_fault(issuer, *keys)) {
      faults.push_back({"algorithms", std::move(*fault)});
    }
  }
  if (issuer.ca.empty()) return faults;
  const auto trust = TlsTrust::load(issuer.ca);
  if (trust.has_error()) faults.push_back({"ca", trust.error()});
  return faults;
}

}  // namespace tacit::auth
