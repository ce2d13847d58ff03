#include "crypto/keyrings/keyring.hpp"

#include <algorithm>

#include "crypto/files/key_file.hpp"
#include "crypto/hpke/p256.hpp"
#include "crypto/keyrings/keyring_kinds.hpp"
#include "crypto/keyrings/keyring_load.hpp"
#include "crypto/keyrings/keyring_text.hpp"
#include "crypto/keyrings/signers_text.hpp"
#include "crypto/primitives/digest.hpp"
#include "crypto/primitives/random.hpp"

namespace tacit::crypto {
namespace {

using namespace keyring_kinds;

constexpr std::string_view id_purpose = "tacit key id";

KeyringResult<RootPublicKeyring::Entry> make_root_public(ByteView bytes) {
  RootPublicKeyring::Entry entry{};
  if (bytes.size() != entry.key.size()) return wrong_key_length(entry.key.size());
  std::copy(bytes.begin(), bytes.end(), entry.key.begin());
  if (!is_point(entry.key)) return KeyringError{"has a key that is not a point of P-256"};
  entry.id = root_key_id(entry.key);
  return entry;
}

KeyringResult<RootPrivateKeyring::Entry> make_root_private(ByteView bytes) {
  RootPrivateKeyring::Entry entry{};
  if (bytes.size() != PrivateKey::size()) return wrong_key_length(PrivateKey::size());
  std::copy(bytes.begin(), bytes.end(), entry.key.data());
  const auto public_key = public_key_of(entry.key);
  if (!public_key) return KeyringError{"has a key that is not a scalar of P-256"};
  entry.id = root_key_id(*public_key);
  return entry;
}

KeyringResult<MetadataKeyring::Entry> make_metadata(ByteView bytes) {
  MetadataKeyring::Entry entry{};
  if (bytes.size() != entry.key.size()) return wrong_key_length(entry.key.size());
  std::copy(bytes.begin(), bytes.end(), entry.key.data());
  entry.id = metadata_key_id(entry.key);
  return entry;
}

}  // namespace

// "root" for both halves, so that both get the same id.
KeyId keyring_kinds::root_key_id(const PublicKey& key) {
  return leading_id(sha256({as_bytes(id_purpose), as_bytes("root"), ByteView(key)}));
}

KeyId keyring_kinds::metadata_key_id(const WipedArray<32>& key) {
  return leading_id(hmac_sha256(key.view(), as_bytes(id_purpose)));
}

KeyringResult<RootPublicKeyring> RootPublicKeyring::load(const std::filesystem::path& file) {
  const auto content = read_keyring_file(file, root_public.forbidden);
  if (!content) return content.error();
  auto loaded = read_ring<Entry>(file.string(), root_public, content->text(), make_root_public);
  if (!loaded) return loaded.error();
  auto signers = parse_signers(file.string(), content->text());
  if (!signers) return signers.error();
  RootPublicKeyring ring;
  ring.entries_ = std::move(loaded->entries);
  ring.primary_ = loaded->primary;
  ring.signers_ = std::move(*signers);
  return ring;
}

const RootPublicKeyring::Entry* RootPublicKeyring::find(const KeyId& id) const { return find_entry(entries_, id); }

KeyringResult<RootPrivateKeyring> RootPrivateKeyring::load(const std::filesystem::path& file) {
  auto loaded = load_ring<Entry>(file, root_private, make_root_private);
  if (!loaded) return loaded.error();
  RootPrivateKeyring ring;
  ring.entries_ = std::move(loaded->entries);
  return ring;
}

const RootPrivateKeyring::Entry* RootPrivateKeyring::find(const KeyId& id) const { return find_entry(entries_, id); }

KeyringResult<MetadataKeyring> MetadataKeyring::load(const std::filesystem::path& file) {
  auto loaded = load_ring<Entry>(file, metadata, make_metadata);
  if (!loaded) return loaded.error();
  MetadataKeyring ring;
  ring.entries_ = std::move(loaded->entries);
  ring.primary_ = loaded->primary;
  return ring;
}

const MetadataKeyring::Entry* MetadataKeyring::find(const KeyId& id) const { return find_entry(entries_, id); }

KeyringResult<void> create_root_keyrings(const std::filesystem::path& private_file,
                                         const std::filesystem::path& public_file) {
  const KeyPair pair = generate_key_pair();
  const KeyId id = root_key_id(pair.public_key);
  const WipedBytes private_text = format_keyring(root_private.name, id, pair.private_key.view());
  const WipedBytes public_text = format_keyring(root_public.name, id, pair.public_key);
  auto private_new = NewKeyFile::write(private_file, 0400, private_text.view());
  if (!private_new) return private_new.error();
  auto public_new = NewKeyFile::write(public_file, 0444, public_text.view());
  if (!public_new) return public_new.error();
  if (auto published = private_new->publish(); !published) return published.error();
  if (auto published = public_new->publish(); !published) {
    // One half of a pair is useless, and would block the next attempt.
    private_new->withdraw();
    return published.error();
  }
  return {};
}

KeyringResult<void> create_metadata_keyring(const std::filesystem::path& file) {
  WipedArray<32> key;
  random_bytes(key.span());
  const WipedBytes text = format_keyring(metadata.name, metadata_key_id(key), key.view());
  auto made = NewKeyFile::write(file, 0440, text.view());
  if (!made) return made.error();
  return made->publish();
}

}  // namespace tacit::crypto
