// Shared by the tests of this folder: bytes from hexadecimal, temporary folders, and keyrings with fresh keys.
#pragma once

#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include "crypto/keyring.hpp"
#include "crypto/random.hpp"
#include "crypto/uuid.hpp"

namespace tacit::crypto::test {

inline Bytes from_hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

template <std::size_t N>
std::array<std::uint8_t, N> array_from_hex(std::string_view text) {
  const Bytes bytes = from_hex(text);
  BOOST_REQUIRE_EQUAL(bytes.size(), N);
  std::array<std::uint8_t, N> out;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

inline PrivateKey private_from_hex(std::string_view text) {
  const auto bytes = array_from_hex<32>(text);
  PrivateKey key;
  std::copy(bytes.begin(), bytes.end(), key.data());
  return key;
}

inline Bytes random_of(std::size_t size) {
  Bytes bytes(size);
  random_bytes(bytes);
  return bytes;
}

/// A folder of its own for one test, removed with all in it.
class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(std::filesystem::temp_directory_path() / ("tacit-crypto-" + to_hex(make_uuid_v4().view()))) {
    std::filesystem::create_directory(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Every ring an installation has, with fresh keys.
struct Rings {
  TemporaryFolder folder;
  RootPublicKeyring root_public;
  RootPrivateKeyring root_private;
  MetadataKeyring metadata;

  Rings() {
    create_root_keyrings(folder / "private", folder / "public").value();
    create_metadata_keyring(folder / "metadata").value();
    root_public = RootPublicKeyring::load(folder / "public").value();
    root_private = std::move(RootPrivateKeyring::load(folder / "private")).value();
    metadata = std::move(MetadataKeyring::load(folder / "metadata")).value();
  }
};

}  // namespace tacit::crypto::test
