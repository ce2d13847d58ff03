#include "auth/issuer_files.hpp"

#include <fstream>
#include <memory>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace tacit::auth {
namespace {

constexpr std::size_t largest_key_file = 256 * 1024;

bool holds_authorities(const std::filesystem::path& file) {
  struct Free {
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  };
  const std::unique_ptr<X509_STORE, Free> store(X509_STORE_new());
  const bool good = store != nullptr && X509_STORE_load_file(store.get(), file.c_str()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace

boost::system::result<KeySet, std::string> load_key_file(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return file.string() + ": is no file that can be read";
  std::ifstream in(file, std::ios::binary);
  std::string text(largest_key_file + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad()) return file.string() + ": cannot be read";
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > largest_key_file) return file.string() + ": is larger than 256 KiB";
  auto keys = KeySet::parse(text);
  if (!keys) return file.string() + ": " + keys.error();
  return keys;
}

std::optional<std::string> find_file_fault(const IssuerConfig& issuer) {
  if (issuer.keys == IssuerConfig::Keys::file) {
    const auto keys = load_key_file(issuer.jwks_file);
    if (!keys) return keys.error();
  }
  if (!issuer.ca.empty() && !holds_authorities(issuer.ca)) {
    return issuer.ca.string() + ": cannot be read as certificates of authorities (PEM)";
  }
  return std::nullopt;
}

}  // namespace tacit::auth
