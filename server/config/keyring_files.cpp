#include "server/config/keyring_files.hpp"

#include <system_error>

#include "crypto/text/enum_table.hpp"

namespace tacit::server {
namespace {

constexpr std::array<KeyringFileRow, keyring_files.size()> rows{{
    {.file = KeyringFile::root_signing,
     .setting = "root-signing-keyring",
     .usual_name = "root-signing.keyring",
     .role = crypto::SigningRole::root,
     .configured = &Config::root_signing_keyring,
     .signs_as = "the tool plane"},
    {.file = KeyringFile::audit_api,
     .setting = "audit-api-keyring",
     .usual_name = "audit-api.keyring",
     .role = crypto::SigningRole::api,
     .configured = &Config::audit_api_keyring,
     .signs_as = "the API plane"},
    {.file = KeyringFile::audit_tools,
     .setting = "audit-tools-keyring",
     .usual_name = "audit-tools.keyring",
     .role = crypto::SigningRole::tools,
     .configured = &Config::audit_tools_keyring,
     .signs_as = "the tool plane"},
    {.file = KeyringFile::audit_operator,
     .setting = "audit-operator-keyring",
     .usual_name = "audit-operator.keyring",
     .role = crypto::SigningRole::operators,
     .configured = &Config::audit_operator_keyring,
     .signs_as = "an operator"},
}};
static_assert(crypto::has_row_for_each(rows, &KeyringFileRow::file, KeyringFile::audit_operator));

}  // namespace

const KeyringFileRow& row_of(KeyringFile file) { return crypto::row_at(rows, file); }

std::filesystem::path place_of(const Config& config, KeyringFile file) {
  const KeyringFileRow& row = row_of(file);
  const std::filesystem::path& configured = config.*row.configured;
  if (!configured.empty()) return configured;
  if (config.root_public_keyring.empty()) return {};
  return config.root_public_keyring.parent_path() / row.usual_name;
}

std::filesystem::path keyring_file(const Config& config, KeyringFile file) {
  std::filesystem::path place = place_of(config, file);
  if (place.empty() || crypto::is_absent_keyring(place)) return {};
  std::error_code error;
  const bool named = !(config.*row_of(file).configured).empty();
  const auto type = std::filesystem::symlink_status(place, error).type();
  return named || type != std::filesystem::file_type::not_found ? place : std::filesystem::path();
}

std::string is_not_configured(const char* setting) {
  return std::string(setting) + " is not configured: it specifies a keyring file, which tacit init makes";
}

bool server_opens(Planes planes, KeyringFile file) {
  switch (file) {
    case KeyringFile::audit_api:
      return runs_api(planes);
    case KeyringFile::root_signing:
    case KeyringFile::audit_tools:
      return runs_tools(planes);
    case KeyringFile::audit_operator:
      break;
  }
  return false;
}

}  // namespace tacit::server
