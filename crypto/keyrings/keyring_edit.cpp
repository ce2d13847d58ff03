#include "crypto/keyrings/keyring_edit.hpp"

#include <algorithm>

#include "crypto/hpke/hpke.hpp"
#include "crypto/keyrings/keyring_kinds.hpp"
#include "crypto/keyrings/keyring_text.hpp"
#include "crypto/keyrings/signers_text.hpp"
#include "crypto/primitives/random.hpp"

namespace tacit::crypto {
namespace {

using namespace keyring_kinds;

const KeyringLine* find_line(const std::vector<KeyringLine>& lines, const KeyId& id) {
  const auto found = std::ranges::find(lines, id, &KeyringLine::id);
  return found == lines.end() ? nullptr : &*found;
}

std::vector<ListedKey> listed(const std::vector<KeyringLine>& lines) {
  std::vector<ListedKey> keys;
  keys.reserve(lines.size());
  for (const KeyringLine& line : lines)
    keys.push_back({.id = line.id, .primary = line.primary, .created = line.created});
  return keys;
}

// The keys of a ring, all of whose lines are correct.
KeyringResult<std::vector<KeyringLine>> checked_lines(const std::string& name, std::string_view kind,
                                                      std::string_view text) {
  auto lines = parse_keyring(name, kind, text);
  if (!lines || kind != root_public.name) return lines;
  if (const auto signers = parse_signers(name, text); !signers) return signers.error();
  return lines;
}

KeyringResult<std::vector<KeyringLine>> lines_of(const KeyFileEdit& file, std::string_view kind) {
  return checked_lines(file.file().string(), kind, file.content().text());
}

}  // namespace

KeyringResult<std::vector<ListedKey>> list_keyring(const std::filesystem::path& file, std::string_view kind) {
  const auto forbidden = kind == root_private.name  ? root_private.forbidden
                         : kind == root_public.name ? root_public.forbidden
                                                    : metadata.forbidden;
  const auto content = read_keyring_file(file, forbidden);
  if (!content) return content.error();
  const auto lines = checked_lines(file.string(), kind, content->text());
  if (!lines) return lines.error();
  return listed(*lines);
}

KeyringResult<void> KeyringEdit::Ring::write() {
  if (next.empty()) return {};
  // Never writes text that could not be read again.
  if (const auto lines = checked_lines(file.file().string(), kind, next.text()); !lines) return lines.error();
  return file.replace(next.view());
}

KeyringResult<KeyringEdit> KeyringEdit::open_root(const std::filesystem::path& private_file,
                                                  const std::filesystem::path& public_file) {
  auto private_edit = KeyFileEdit::open(private_file, root_private.forbidden);
  if (!private_edit) return private_edit.error();
  auto public_edit = KeyFileEdit::open(public_file, root_public.forbidden);
  if (!public_edit) return public_edit.error();
  KeyringEdit edit(Ring{std::move(*public_edit), root_public.name, {}});
  edit.private_.emplace(Ring{std::move(*private_edit), root_private.name, {}});
  if (auto read = edit.list(); !read) return read.error();
  return edit;
}

KeyringResult<KeyringEdit> KeyringEdit::open_metadata(const std::filesystem::path& file) {
  auto opened = KeyFileEdit::open(file, metadata.forbidden);
  if (!opened) return opened.error();
  KeyringEdit edit(Ring{std::move(*opened), metadata.name, {}});
  if (auto read = edit.list(); !read) return read.error();
  return edit;
}

KeyringResult<void> KeyringEdit::list() {
  const auto lines = lines_of(main_.file, main_.kind);
  if (!lines) return lines.error();
  keys_ = listed(*lines);
  if (!private_) return {};
  const auto halves = lines_of(private_->file, private_->kind);
  if (!halves) return halves.error();
  for (ListedKey& key : keys_) key.has_private = find_line(*halves, key.id) != nullptr;
  for (const KeyringLine& half : *halves) {
    if (find(half.id) == nullptr) keys_.push_back({.id = half.id, .created = half.created, .has_public = false});
  }
  return {};
}

const ListedKey* KeyringEdit::find(const KeyId& id) const {
  const auto found = std::ranges::find(keys_, id, &ListedKey::id);
  return found == keys_.end() ? nullptr : &*found;
}

KeyringError KeyringEdit::no_such_key(const KeyId& id) const {
  return {main_.file.file().string() + ": has no key " + to_hex(id)};
}

KeyringResult<KeyId> KeyringEdit::add() {
  if (private_) return add_root();
  WipedArray<32> key;
  random_bytes(key.span());
  const KeyId id = metadata_key_id(key);
  main_.next = with_key(main_.file.content().text(), id, key.view());
  return id;
}

KeyringResult<KeyId> KeyringEdit::add_root() {
  for (const ListedKey& key : keys_) {
    if (!key.has_public) return complete_root(key.id);
  }
  const KeyPair pair = generate_key_pair();
  const KeyId id = root_key_id(pair.public_key);
  private_->next = with_key(private_->file.content().text(), id, pair.private_key.view());
  main_.next = with_key(main_.file.content().text(), id, pair.public_key);
  return id;
}

KeyringResult<KeyId> KeyringEdit::complete_root(const KeyId& id) {
  const auto halves = lines_of(private_->file, private_->kind);
  if (!halves) return halves.error();
  const KeyringLine* const half = find_line(*halves, id);
  PrivateKey key;
  if (half == nullptr || half->key.size() != PrivateKey::size()) return no_such_key(id);
  std::copy_n(half->key.data(), half->key.size(), key.data());
  const auto public_key = public_key_of(key);
  if (!public_key || root_key_id(*public_key) != id) {
    return line_error(private_->file.file().string(), half->number, "has an id that does not match its key");
  }
  main_.next = with_key(main_.file.content().text(), id, *public_key);
  return id;
}

KeyringResult<void> KeyringEdit::promote(const KeyId& id) {
  const ListedKey* const key = find(id);
  if (key == nullptr) return no_such_key(id);
  if (!key->has_private) {
    return KeyringError{private_->file.file().string() + ": has no key " + to_hex(id) +
                        ", so data sealed to it could not be opened"};
  }
  if (!key->has_public) return no_such_key(id);
  if (key->primary) {
    return KeyringError{main_.file.file().string() + ": the key " + to_hex(id) + " is the primary one already"};
  }
  if (private_) private_->next = with_primary(private_->file.content().text(), id);
  main_.next = with_primary(main_.file.content().text(), id);
  return {};
}

KeyringResult<void> KeyringEdit::retire(const KeyId& id) {
  const ListedKey* const key = find(id);
  if (key == nullptr) return no_such_key(id);
  if (key->primary) {
    return KeyringError{main_.file.file().string() + ": the key " + to_hex(id) +
                        " is the primary one; promote another first"};
  }
  if (key->has_public) main_.next = without_key(main_.file.content().text(), id);
  if (!private_ || !key->has_private) return {};
  const std::string_view text = private_->file.content().text();
  // An interrupted promotion may have left this key as the private ring's primary one.
  const auto primary = std::ranges::find(keys_, true, &ListedKey::primary);
  private_->next = without_key(with_primary(text, primary->id).text(), id);
  return {};
}

KeyringResult<void> KeyringEdit::apply() {
  if (private_) {
    if (auto written = private_->write(); !written) return written;
  }
  return main_.write();
}

}  // namespace tacit::crypto
