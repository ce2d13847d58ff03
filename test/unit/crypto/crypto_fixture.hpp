// Shared by the tests of this folder: bytes from hexadecimal, temporary folders, files, and rings of fresh keys.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "crypto/ids/uuid.hpp"
#include "crypto/keyrings/keyring.hpp"
#include "crypto/keyrings/signing_edit.hpp"
#include "crypto/primitives/random.hpp"
#include "test/temporary_folder.hpp"

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

using tacit::test::content_of;
using tacit::test::TemporaryFolder;

/// Replaces the file.
inline void write_file(const std::filesystem::path& file, std::string_view text, mode_t mode = 0400) {
  std::filesystem::remove(file);
  std::ofstream(file) << text;
  BOOST_REQUIRE_EQUAL(::chmod(file.c_str(), mode), 0);
}

/// Alters each byte in three ways, and checks after each that `opens` is false.
template <class Target, class Opens>
void flip_every_byte(Target& bytes, Opens opens, std::string_view what) {
  BOOST_REQUIRE_MESSAGE(opens(), what << " does not open unaltered");
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto original = bytes[at];
    for (const int mask : {0x01, 0x80, 0xff}) {
      bytes[at] = static_cast<std::uint8_t>(original ^ mask);
      BOOST_TEST(!opens(), what << ", byte " << at << " xor " << mask);
    }
    bytes[at] = original;
  }
  BOOST_REQUIRE_MESSAGE(opens(), what << " does not open any more");
}

/// Every ring of an installation without signing keys, with fresh keys.
struct Rings {
  TemporaryFolder folder;
  RootPublicKeyring root_public;
  RootPrivateKeyring root_private;
  MetadataKeyring metadata;
  Uuid store{};  ///< of an installation without signing keys

  Rings() {
    create_root_keyrings(folder / "private", folder / "public").value();
    create_metadata_keyring(folder / "metadata").value();
    root_public = RootPublicKeyring::load(folder / "public").value();
    root_private = std::move(RootPrivateKeyring::load(folder / "private")).value();
    metadata = std::move(MetadataKeyring::load(folder / "metadata")).value();
  }
};

/// Every ring of an installation whose keys and audit log are signed.
struct SignedRings {
  TemporaryFolder folder;
  SigningFiles files{.root_public = folder / "public",
                     .root_signing = folder / "root-signing",
                     .audit_api = folder / "audit-api",
                     .audit_tools = folder / "audit-tools",
                     .audit_operator = folder / "audit-operator"};

  SignedRings() { create_keyrings(files, folder / "private", folder / "metadata").value(); }
  RootPublicKeyring root_public() const { return RootPublicKeyring::load(files.root_public).value(); }
  RootPrivateKeyring root_private() const { return std::move(RootPrivateKeyring::load(folder / "private")).value(); }
  MetadataKeyring metadata() const { return std::move(MetadataKeyring::load(folder / "metadata")).value(); }
  SigningKeyring signing(SigningRole role) const {
    return std::move(SigningKeyring::load(files.of(role), role)).value();
  }
};

}  // namespace tacit::crypto::test
