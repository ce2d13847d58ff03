// The files of the signing keyrings. Without a setting of its own, a keyring is the file of its usual name beside the
// root public keyring, if there is one: an upgraded host needs no configuration.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "crypto/keyrings/signers.hpp"
#include "server/config/config.hpp"

namespace tacit::server {

enum class KeyringFile : std::uint8_t { root_signing, audit_api, audit_tools, audit_operator };
inline constexpr std::array<KeyringFile, 4> keyring_files{KeyringFile::root_signing, KeyringFile::audit_api,
                                                          KeyringFile::audit_tools, KeyringFile::audit_operator};

struct KeyringFileRow {
  KeyringFile file;
  const char* setting;
  const char* usual_name;
  crypto::SigningRole role;
  std::filesystem::path Config::*configured;
  const char* signs_as;  ///< for messages: the signer's name
};
const KeyringFileRow& row_of(KeyringFile file);

/// The file as configured, or its usual place, whether or not it exists; empty if no root public keyring is configured
/// either.
std::filesystem::path place_of(const Config& config, KeyringFile file);
/// The same, if the keyring is configured: named by its setting, or present in its usual place. Empty also for a file
/// that says `none` (crypto/keyrings/signers.hpp), with which a unit replaces a missing one.
std::filesystem::path keyring_file(const Config& config, KeyringFile file);
/// A sentence about a setting of a keyring that has no value.
std::string is_not_configured(const char* setting);
/// Whether a server of these planes opens it, whatever the settings say.
bool server_opens(Planes planes, KeyringFile file);

}  // namespace tacit::server
