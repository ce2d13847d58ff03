// Files that hold keys: read only if nobody else could have read or changed them, written whole or not at all.
#pragma once

#include <filesystem>

#include <sys/types.h>

#include "crypto/descriptor.hpp"
#include "crypto/keyring.hpp"
#include "crypto/wiped.hpp"

namespace tacit::crypto {

inline constexpr std::size_t key_file_limit = 64 * 1024;

/// Reads a regular file of at most 64 KiB that belongs to this process's user or root. `forbidden` are the permission
/// bits that the file must not have; where it has an access control list, the bits of group and others are taken from
/// the list's own entries, and it must name no user but this process's (so systemd hands over credentials). The path's
/// last part must not be a symbolic link; every check is made on the opened file.
KeyringResult<WipedBytes> read_key_file(const std::filesystem::path& file, mode_t forbidden);

/// The same for a file that has to be text, made plain (text_file.hpp).
KeyringResult<WipedBytes> read_keyring_file(const std::filesystem::path& file, mode_t forbidden);

/// A file that does not have its name yet: written beside, synced, then linked into place by `publish`. Its folder is
/// opened once (trusted_folder.hpp), and everything is done relative to that.
class NewKeyFile {
 public:
  /// Writes the content to a temporary file in the folder of `file` and syncs it.
  static KeyringResult<NewKeyFile> write(const std::filesystem::path& file, mode_t mode, ByteView content);
  NewKeyFile(NewKeyFile&& other) noexcept = default;
  NewKeyFile& operator=(NewKeyFile&&) = delete;
  ~NewKeyFile();  ///< removes the temporary name

  /// Gives the file its name and syncs the folder. Refuses if the name is taken, by whatever.
  KeyringResult<void> publish();
  /// Takes the name away again, if `publish` gave it.
  void withdraw() noexcept;

 private:
  NewKeyFile(std::filesystem::path file, Descriptor folder, std::string temporary);

  std::filesystem::path file_;
  Descriptor folder_;
  std::string temporary_;  ///< a name in the folder; empty: it has none any more
  bool published_ = false;
};

/// A key file that is about to be changed: locked, while this lives, against others who would change it too. Its folder
/// is opened once, as above.
class KeyFileEdit {
 public:
  /// Opens with the checks of read_key_file, locks and reads, as read_keyring_file does. Refuses if another process has
  /// the lock. Takes away what an edit that was killed has left beside the file.
  static KeyringResult<KeyFileEdit> open(const std::filesystem::path& file, mode_t forbidden);
  KeyFileEdit(KeyFileEdit&& other) noexcept = default;
  KeyFileEdit& operator=(KeyFileEdit&&) = delete;
  ~KeyFileEdit() = default;

  const std::filesystem::path& file() const { return file_; }
  const WipedBytes& content() const { return content_; }
  /// Gives the file this content: written beside with the old file's owner, group, mode and access control list,
  /// synced, renamed over it, and the folder synced. So whenever this is cut short, the name has all of the old content
  /// or all of the new.
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
