// The keys under which targets seal rows: always the same, so that an input means the same in every run.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <utility>

#include "crypto/envelope/envelope.hpp"
#include "crypto/keyrings/keyring_kinds.hpp"
#include "crypto/keyrings/keyring_text.hpp"
#include "crypto/keyrings/signers_text.hpp"
#include "store/model/store_keys.hpp"
#include "test/temporary_folder.hpp"

namespace tacit::fuzz {

inline constexpr crypto::Uuid the_store{{0x57, 1, 2, 3, 4, 5, 0x46, 7, 0x88, 9, 10, 11, 12, 13, 14, 15}};
inline constexpr crypto::Uuid the_tenant{{0x74, 1, 2, 3, 4, 5, 0x46, 7, 0x88, 9, 10, 11, 12, 13, 14, 15}};
inline constexpr crypto::Uuid the_secret{{0x73, 1, 2, 3, 4, 5, 0x76, 7, 0x88, 9, 10, 11, 12, 13, 14, 15}};

template <std::size_t N>
crypto::WipedArray<N> filled(std::uint8_t byte) {
  crypto::WipedArray<N> array;
  std::ranges::fill(array.span(), byte);
  return array;
}

/// The text of a root public keyring, with primary signing keys of all roles.
inline std::string public_keyring_text() {
  const crypto::PrivateKey scalar = filled<32>(0x11);
  const crypto::PublicKey point = *crypto::public_key_of(scalar);
  auto text = crypto::format_keyring("root-public", crypto::keyring_kinds::root_key_id(point), point);
  text = crypto::with_store(text.text(), the_store);
  for (const crypto::SigningRole role : crypto::signing_roles) {
    const auto key = crypto::SigningKey::from_seed(filled<32>(static_cast<std::uint8_t>(role)));
    text = crypto::with_signer(text.text(), role, crypto::SignerState::primary, key.public_key());
  }
  return std::string(text.text());
}

inline std::string metadata_keyring_text() {
  const auto key = filled<32>(0x22);
  return std::string(
      crypto::format_keyring("metadata", crypto::keyring_kinds::metadata_key_id(key), key.view()).text());
}

inline std::string signing_keyring_text() {
  const auto seed = filled<32>(static_cast<std::uint8_t>(crypto::SigningRole::root));
  const auto id = crypto::signing_key_id(crypto::SigningRole::root, crypto::SigningKey::from_seed(seed).public_key());
  return std::string(crypto::format_keyring("root-signing", id, seed.view()).text());
}

/// The keys of a deployment that signs and does not yet require signatures.
inline const store::StoreKeys& the_keys() {
  static const store::StoreKeys keys = [] {
    const test::TemporaryFolder folder;
    const auto write = [&folder](std::string_view name, const std::string& text) {
      const auto file = folder.write(name, text);
      if (::chmod(file.c_str(), 0400) != 0) std::abort();
      return file;
    };
    store::StoreKeys made;
    made.root_public = std::make_shared<const crypto::RootPublicKeyring>(
        std::move(crypto::RootPublicKeyring::load(write("public", public_keyring_text()))).value());
    made.metadata = std::make_shared<const crypto::MetadataKeyring>(
        std::move(crypto::MetadataKeyring::load(write("metadata", metadata_keyring_text()))).value());
    made.root_signing = std::make_shared<const crypto::SigningKeyring>(
        std::move(crypto::SigningKeyring::load(write("signing", signing_keyring_text()), crypto::SigningRole::root))
            .value());
    return made;
  }();
  return keys;
}

inline const crypto::MetadataKeyring& the_ring() { return *the_keys().metadata; }

/// The tenant's keys.
inline const crypto::TenantKeys& tenant_keys() {
  static const crypto::TenantKeys keys(the_ring().primary(), the_tenant);
  return keys;
}

}  // namespace tacit::fuzz
