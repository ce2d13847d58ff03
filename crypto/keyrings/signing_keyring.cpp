// A ring of signing keys: reading it, its primary key, and the keys of one role (crypto/keyrings/signers.hpp).
#include "crypto/files/key_file.hpp"
#include "crypto/keyrings/keyring_kinds.hpp"
#include "crypto/keyrings/keyring_load.hpp"
#include "crypto/keyrings/signers.hpp"

namespace tacit::crypto {

KeyringResult<SigningKeyring> SigningKeyring::load(const std::filesystem::path& file, SigningRole role) {
  auto loaded = load_ring<Entry>(file, keyring_kinds::kind_of(role), [&](ByteView bytes) -> KeyringResult<Entry> {
    WipedArray<32> seed;
    if (bytes.size() != seed.size()) return wrong_key_length(seed.size());
    std::ranges::copy(bytes, seed.data());
    SigningKey key = SigningKey::from_seed(seed);
    const KeyId id = signing_key_id(role, key.public_key());
    return Entry{id, std::move(key)};
  });
  if (!loaded) return loaded.error();
  SigningKeyring ring;
  ring.role_ = role;
  ring.entries_ = std::move(loaded->entries);
  return ring;
}

const SigningKeyring::Entry* SigningKeyring::find(const KeyId& id) const { return find_entry(entries_, id); }

bool is_absent_keyring(const std::filesystem::path& file) {
  const auto content = read_key_file(file, keyring_kinds::root_signing.forbidden);
  return content && (content->text() == "none" || content->text() == "none\n");
}

}  // namespace tacit::crypto
