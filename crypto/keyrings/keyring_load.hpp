// Loading the entries of a keyring: shared by the kinds of rings. Private to crypto/.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/files/key_file.hpp"
#include "crypto/keyrings/keyring_kinds.hpp"
#include "crypto/keyrings/keyring_text.hpp"
#include "crypto/memory/process.hpp"

namespace tacit::crypto {

/// The entries of a ring from its lines; `make` checks the key and computes its id, or returns the fault.
template <class Entry, class Make>
KeyringResult<std::vector<Entry>> make_entries(std::string_view name, const std::vector<KeyringLine>& lines,
                                               Make make) {
  std::vector<Entry> entries;
  entries.reserve(lines.size());  // no growth: keys are not moved, and only one block must be locked
  for (const KeyringLine& line : lines) {
    KeyringResult<Entry> entry = make(line.key.view());
    if (!entry) return line_error(name, line.number, entry.error().message);
    if (entry->id != line.id) return line_error(name, line.number, "has an id that does not match its key");
    entries.push_back(std::move(*entry));
  }
  lock_memory(entries.data(), entries.size() * sizeof(Entry));
  return entries;
}

template <class Entry>
struct LoadedRing {
  std::vector<Entry> entries;
  std::size_t primary;
};

/// Reads the text of a ring; `name` is the file's, for the messages.
template <class Entry, class Make>
KeyringResult<LoadedRing<Entry>> read_ring(std::string_view name, const keyring_kinds::Kind& kind,
                                           std::string_view text, Make make) {
  const auto lines = parse_keyring(name, kind.name, text);
  if (!lines) return lines.error();
  auto entries = make_entries<Entry>(name, *lines, make);
  if (!entries) return entries.error();
  const auto primary = std::ranges::find(*lines, true, &KeyringLine::primary);
  return LoadedRing<Entry>{std::move(*entries), static_cast<std::size_t>(primary - lines->begin())};
}

/// Reads a ring's file, with the checks of its kind.
template <class Entry, class Make>
KeyringResult<LoadedRing<Entry>> load_ring(const std::filesystem::path& file, const keyring_kinds::Kind& kind,
                                           Make make) {
  const auto content = read_keyring_file(file, kind.forbidden);
  if (!content) return content.error();
  return read_ring<Entry>(file.string(), kind, content->text(), make);
}

template <class Entry>
const Entry* find_entry(const std::vector<Entry>& entries, const KeyId& id) {
  const auto found = std::ranges::find(entries, id, &Entry::id);
  return found == entries.end() ? nullptr : &*found;
}

inline KeyringError wrong_key_length(std::size_t expected) {
  return {"has a key that is not " + std::to_string(expected) + " bytes long"};
}

}  // namespace tacit::crypto
