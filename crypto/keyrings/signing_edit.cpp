#include "crypto/keyrings/signing_edit.hpp"

#include <algorithm>
#include <utility>

#include "crypto/keyrings/keyring_kinds.hpp"
#include "crypto/keyrings/keyring_load.hpp"
#include "crypto/keyrings/keyring_text.hpp"
#include "crypto/keyrings/signers_text.hpp"

namespace tacit::crypto {
namespace {

using namespace keyring_kinds;

constexpr mode_t private_mode = 0400;

KeyringResult<SigningKey> key_of(const std::string& name, SigningRole role, const KeyringLine& line) {
  WipedArray<32> seed;
  if (line.key.size() != seed.size()) return line_error(name, line.number, wrong_key_length(seed.size()).message);
  std::ranges::copy(line.key.view(), seed.data());
  SigningKey key = SigningKey::from_seed(seed);
  if (signing_key_id(role, key.public_key()) != line.id) {
    return line_error(name, line.number, "has an id that does not match its key");
  }
  return key;
}

// The rings audit-api and audit-tools are needed by their planes alone, perhaps on other hosts.
bool may_be_elsewhere(SigningRole role) { return role == SigningRole::api || role == SigningRole::tools; }

bool is_missing(const std::filesystem::path& file) {
  std::error_code error;
  return std::filesystem::symlink_status(file, error).type() == std::filesystem::file_type::not_found;
}

KeyringResult<void> check_public(const std::string& name, std::string_view text) {
  if (const auto lines = parse_keyring(name, root_public.name, text); !lines) return lines.error();
  if (const auto signers = parse_signers(name, text); !signers) return signers.error();
  return {};
}

}  // namespace

const std::filesystem::path& SigningFiles::of(SigningRole role) const {
  switch (role) {
    case SigningRole::api:
      return audit_api;
    case SigningRole::tools:
      return audit_tools;
    case SigningRole::operators:
      return audit_operator;
    case SigningRole::root:
      break;
  }
  return root_signing;
}

SigningEdit::SigningEdit(SigningFiles files, KeyFileEdit root_public_edit, Signers signers)
    : files_(std::move(files)), public_(std::move(root_public_edit)), signers_(std::move(signers)) {}

KeyringResult<SigningEdit> SigningEdit::open(const SigningFiles& files) {
  auto opened = KeyFileEdit::open(files.root_public, root_public.forbidden);
  if (!opened) return opened.error();
  const std::string name = files.root_public.string();
  if (auto good = check_public(name, opened->content().text()); !good) return good.error();
  auto signers = parse_signers(name, opened->content().text());
  if (!signers) return signers.error();
  return SigningEdit(files, std::move(*opened), std::move(*signers));
}

KeyringError SigningEdit::wrong(const std::string& why) const { return {files_.root_public.string() + ": " + why}; }

KeyringResult<const Signer*> SigningEdit::find_unretired(const KeyId& id) const {
  const Signer* const signer = signers_.find(id);
  if (signer == nullptr) return wrong("has no signing key " + to_hex(id));
  if (signer->state == SignerState::retired) return wrong("the key " + to_hex(id) + " was retired");
  return signer;
}

KeyringResult<std::vector<KeyringLine>> SigningEdit::open_private(SigningRole role, bool may_lack) {
  const std::filesystem::path& file = files_.of(role);
  const Kind& kind = kind_of(role);
  PrivateRing& ring = ring_of(role);
  if (!ring.file) {
    if (may_lack && is_missing(file)) return std::vector<KeyringLine>();
    auto opened = KeyFileEdit::open(file, kind.forbidden);
    if (!opened) return opened.error();
    ring.file.emplace(std::move(*opened));
  }
  return parse_keyring(file.string(), kind.name, ring.file->content().text());
}

KeyringResult<KeyId> SigningEdit::add(SigningRole role) {
  if (is_first()) {
    if (role == SigningRole::root) return add_first();
    return wrong("has no signing keys; add one of the role root first");
  }
  WipedBytes next(public_.content().view());
  auto id = add_to(role, next);
  if (id) public_next_ = std::move(next);
  return id;
}

KeyringResult<KeyId> SigningEdit::add_first() {
  WipedBytes next = with_store(public_.content().text(), make_uuid_v4());
  const auto root = add_to(SigningRole::root, next);
  if (!root) return root;
  for (const SigningRole role : {SigningRole::api, SigningRole::tools, SigningRole::operators}) {
    if (auto added = add_to(role, next); !added) return added;
  }
  public_next_ = std::move(next);
  return root;
}

KeyringResult<KeyId> SigningEdit::add_to(SigningRole role, WipedBytes& next) {
  const auto lines = open_private(role, is_first() || may_be_elsewhere(role));
  if (!lines) return lines.error();
  std::optional<KeyId> completed;
  for (const KeyringLine& line : *lines) {
    if (signers_.find(line.id) != nullptr) continue;
    const auto key = key_of(files_.of(role).string(), role, line);
    if (!key) return key.error();
    next = with_signer(next.text(), role, SignerState::active, key->public_key());
    if (!completed) completed = line.id;
  }
  if (completed) return *completed;
  const SigningKey key = SigningKey::generate();
  const KeyId id = signing_key_id(role, key.public_key());
  PrivateRing& ring = ring_of(role);
  ring.next = ring.file ? with_key(ring.file->content().text(), id, key.seed().view())
                        : format_keyring(kind_of(role).name, id, key.seed().view());
  next = with_signer(next.text(), role, SignerState::active, key.public_key());
  return id;
}

KeyringResult<void> SigningEdit::promote(const KeyId& id) {
  const auto found = find_unretired(id);
  if (!found) return found.error();
  if ((*found)->state == SignerState::primary) return wrong("the key " + to_hex(id) + " is the primary one already");
  const auto promoted = promoted_with(**found);
  if (!promoted) return promoted.error();
  WipedBytes next(public_.content().view());
  for (const Signer* const signer : *promoted) {
    if (auto made = make_primary(*signer, next); !made) return made;
  }
  public_next_ = std::move(next);
  return {};
}

KeyringResult<std::vector<const Signer*>> SigningEdit::promoted_with(const Signer& signer) const {
  std::vector<const Signer*> promoted{&signer};
  if (signer.role != SigningRole::root || signers_.primary(SigningRole::root) != nullptr) return promoted;
  for (const SigningRole role : {SigningRole::api, SigningRole::tools, SigningRole::operators}) {
    if (signers_.primary(role) != nullptr) continue;
    const auto active = std::ranges::find_if(signers_.entries(), [&](const Signer& other) {
      return other.role == role && other.state == SignerState::active;
    });
    if (active == signers_.entries().end()) {
      return wrong("has no key of the role " + std::string(name_of(role)) + "; add one first");
    }
    promoted.push_back(&*active);
  }
  return promoted;
}

KeyringResult<void> SigningEdit::make_primary(const Signer& signer, WipedBytes& next) {
  const auto lines = open_private(signer.role, may_be_elsewhere(signer.role));
  if (!lines) return lines.error();
  PrivateRing& ring = ring_of(signer.role);
  if (ring.file) {
    if (find_entry(*lines, signer.id) == nullptr) {
      return KeyringError{files_.of(signer.role).string() + ": has no key " + to_hex(signer.id) +
                          ", so no process could sign with it"};
    }
    ring.next = with_primary(ring.file->content().text(), signer.id);
  }
  next = with_primary_signer(next.text(), signer.role, signer.id);
  return {};
}

KeyringResult<void> SigningEdit::retire(const KeyId& id, std::uint64_t through, const SlotSequences& slots_through) {
  const auto found = find_unretired(id);
  if (!found) return found.error();
  const SigningRole role = (*found)->role;
  if ((*found)->state == SignerState::primary) {
    return wrong("the key " + to_hex(id) + " is the primary one; promote another first");
  }
  const auto lines = open_private(role, true);
  if (!lines) return lines.error();
  if (find_entry(*lines, id) != nullptr) {
    // A private ring must have a primary mark: the mark of the public ring, or any, since it has no effect.
    const Signer* const primary = signers_.primary(role);
    const KeyringLine* remaining = primary == nullptr ? nullptr : find_entry(*lines, primary->id);
    for (const KeyringLine& line : *lines) {
      if (remaining == nullptr && line.id != id) remaining = &line;
    }
    if (remaining == nullptr) {
      return KeyringError{files_.of(role).string() + ": the key " + to_hex(id) + " is the only one; add another first"};
    }
    PrivateRing& ring = ring_of(role);
    const WipedBytes marked = with_primary(ring.file->content().text(), remaining->id);
    ring.next = without_key(marked.text(), id);
  }
  const std::string_view text = public_.content().text();
  public_next_ = role == SigningRole::root ? with_retired_signer(text, id, 0, std::nullopt)
                                           : with_retired_signer(text, id, through, slots_through);
  return {};
}

KeyringResult<void> SigningEdit::set_cut_off(std::uint64_t sequence) {
  if (signers_.cut_off() && *signers_.cut_off() <= sequence) return {};
  public_next_ = with_cut_off(public_.content().text(), sequence);
  return check_public(files_.root_public.string(), public_next_.text());
}

KeyringResult<void> SigningEdit::apply() {
  if (public_next_.empty()) return {};
  // Never writes text that could not be read again.
  if (auto good = check_public(files_.root_public.string(), public_next_.text()); !good) return good;
  for (const SigningRole role : signing_roles) {
    PrivateRing& ring = ring_of(role);
    if (ring.next.empty()) continue;
    const std::filesystem::path& file = files_.of(role);
    if (const auto lines = parse_keyring(file.string(), kind_of(role).name, ring.next.text()); !lines) {
      return lines.error();
    }
    if (ring.file) {
      if (auto written = ring.file->replace(ring.next.view()); !written) return written;
      continue;
    }
    auto made = NewKeyFile::write(file, private_mode, ring.next.view());
    if (!made) return made.error();
    if (auto published = made->publish(); !published) return published;
  }
  return public_.replace(public_next_.view());
}

}  // namespace tacit::crypto
