#include "auth/issuer_files.hpp"

#include <fstream>

#include "auth/tls_trust.hpp"

namespace tacit::auth {

boost::system::result<KeySet, std::string> load_key_file(const std::filesystem::path& file) {
  const std::string name = file.string();
  std::ifstream in(file, std::ios::binary);
  std::string text;
  if (in) {
    text.resize(largest_key_document + 1);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
  }
  if (text.size() > largest_key_document) {
    return "the key file " + name + " is larger than " + std::to_string(largest_key_document / 1024) + " KiB";
  }
  if (in.bad() || !in.eof()) return "the key file " + name + " cannot be read";
  auto keys = KeySet::parse(text);
  if (!keys) return "the key file " + name + " is no good: " + keys.error();
  if (keys->keys().empty()) return "the key file " + name + " is no good: it has no public key";
  return keys;
}

std::optional<std::string> find_file_fault(const IssuerConfig& issuer) {
  if (issuer.keys == IssuerConfig::Keys::file) {
    const auto keys = load_key_file(issuer.jwks_file);
    if (!keys) return keys.error();
  }
  if (issuer.ca.empty()) return std::nullopt;
  const auto trust = TlsTrust::load(issuer.ca);
  return trust.has_error() ? std::optional<std::string>(trust.error()) : std::nullopt;
}

}  // namespace tacit::auth
