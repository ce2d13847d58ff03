// The keyrings of a new deployment.
#include <vector>

#include "crypto/files/key_file.hpp"
#include "crypto/hpke/hpke.hpp"
#include "crypto/keyrings/keyring_kinds.hpp"
#include "crypto/keyrings/keyring_text.hpp"
#include "crypto/keyrings/signers_text.hpp"
#include "crypto/keyrings/signing_edit.hpp"
#include "crypto/primitives/random.hpp"

namespace tacit::crypto {
namespace {

using namespace keyring_kinds;

/// Files that get their names together, in the order in which they were written.
class NewKeyFiles {
 public:
  NewKeyFiles() { files_.reserve(7); }

  KeyringResult<void> write(const std::filesystem::path& file, mode_t mode, const WipedBytes& text) {
    auto made = NewKeyFile::write(file, mode, text.view());
    if (!made) return made.error();
    files_.push_back(std::move(*made));
    return {};
  }
  /// If one fails, none remains: a part of the rings is useless, and would block the next attempt.
  KeyringResult<void> publish() {
    for (NewKeyFile& file : files_) {
      auto published = file.publish();
      if (published) continue;
      for (NewKeyFile& other : files_) other.withdraw();
      return published;
    }
    return {};
  }

 private:
  std::vector<NewKeyFile> files_;
};

}  // namespace

KeyringResult<void> create_keyrings(const SigningFiles& signing, const std::filesystem::path& root_private_file,
                                    const std::filesystem::path& metadata_file) {
  NewKeyFiles files;
  const KeyPair pair = generate_key_pair();
  const KeyId root_id = root_key_id(pair.public_key);
  WipedBytes text = format_keyring(root_private.name, root_id, pair.private_key.view());
  if (auto written = files.write(root_private_file, 0400, text); !written) return written;

  WipedBytes public_text = format_keyring(root_public.name, root_id, pair.public_key);
  public_text = with_store(public_text.text(), make_uuid_v4());
  for (const SigningRole role : signing_roles) {
    const SigningKey key = SigningKey::generate();
    text = format_keyring(kind_of(role).name, signing_key_id(role, key.public_key()), key.seed().view());
    if (auto written = files.write(signing.of(role), 0400, text); !written) return written;
    public_text = with_signer(public_text.text(), role, SignerState::primary, key.public_key());
  }

  WipedArray<32> metadata_key;
  random_bytes(metadata_key.span());
  text = format_keyring(metadata.name, metadata_key_id(metadata_key), metadata_key.view());
  if (auto written = files.write(metadata_file, 0440, text); !written) return written;

  public_text = with_cut_off(public_text.text(), 1);
  if (auto written = files.write(signing.root_public, 0444, public_text); !written) return written;
  return files.publish();
}

}  // namespace tacit::crypto
