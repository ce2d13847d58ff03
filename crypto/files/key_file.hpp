// Files of keys: read only if no other user could have read or changed them, written completely or not at all.
#pragma once

#include <filesystem>

#include <sys/types.h>

#include "crypto/files/descriptor.hpp"
#include "crypto/files/keyring_result.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

inline constexpr std::size_t key_file_limit = 64 * 1024;

/// Reads a regular file of at most 64 KiB that belongs to this process's user or root. `forbidden` are the permission
/// bits that the file must not have. If it has an access control list, the bits of group and others are those of the
/// list's own entries, and the list must name no user but this process's (systemd passes credentials this way). The
/// path's last part must not be a symbolic link; every check is made on the opened file.
KeyringResult<WipedBytes> read_key_file(const std::filesystem::path& file, mode_t forbidden);

/// The same for a text file, with plain line ends (text_file.hpp).
KeyringResult<WipedBytes> read_keyring_file(const std::filesystem::path& file, mode_t forbidden);

/// A file without its name yet: written beside it, synced, then linked into place by `publish`. Opens the folder once
/// (trusted_folder.hpp) and works relative to it.
class NewKeyFile {
 public:
  /// Writes the content to a temporary file in the folder of `file` and syncs it.
  static KeyringResult<NewKeyFile> write(const std::filesystem::path& file, mode_t mode, ByteView content);
  NewKeyFile(NewKeyFile&& other) noexcept = default;
  NewKeyFile& operator=(NewKeyFile&&) = delete;
  ~NewKeyFile();  ///< removes the temporary name

  /// Gives the file its name and syncs the folder. Fails if anything has that name.
  KeyringResult<void> publish();
  /// Removes the name again, if `publish` gave it.
  void withdraw() noexcept;

 private:
  NewKeyFile(std::filesystem::path file, Descriptor folder, std::string temporary);

  std::filesystem::path file_;
  Descriptor folder_;
  std::string temporary_;  ///< a name in the folder; empty: removed
  bool published_ = false;
};

/// A key file to be changed: locked against other editors during this object's lifetime. Opens the folder once, as
/// above.
class KeyFileEdit {
 public:
  /// Opens with the checks of read_key_file, locks and reads like read_keyring_file. Fails with `is_locked` if another
  /// process has the lock. Removes temporary files that a killed edit left.
  static KeyringResult<KeyFileEdit> open(const std::filesystem::path& file, mode_t forbidden);
  KeyFileEdit(KeyFileEdit&& other) noexcept = default;
  KeyFileEdit& operator=(KeyFileEdit&&) = delete;
  ~KeyFileEdit() = default;

  const std::filesystem::path& file() const { return file_; }
  const WipedBytes& content() const { return content_; }
  /// Replaces the content: writes a new file with the old file's owner, group, mode and access control list, syncs it,
  /// renames it over the old one, and syncs the folder. After an interruption the name has all of the old content or
  /// all of the new.
  KeyringResult<void> replace(ByteView content);

 private:
  KeyFileEdit(std::filesystem::path file, Descriptor folder, Descriptor descriptor)
      : file_(std::move(file)), folder_(std::move(folder)), descriptor_(std::move(descriptor)) {}

  std::filesystem::path file_;
  Descriptor folder_;
  Descriptor descriptor_;
  WipedBytes content_;
};

}  // namespace tacit::crypto
