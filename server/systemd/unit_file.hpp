// The parts of a systemd unit that decide whether its server's configuration is valid.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tacit::server {

/// A file that systemd reads as root and passes to the service.
struct UnitCredential {
  std::string name;
  std::filesystem::path source;
  bool sealed = false;  ///< LoadCredentialEncrypted=
  /// SetCredential=: the content if there is no such file.
  std::optional<std::string> instead{};
};

struct Unit {
  std::string name;  ///< tacit-api.service
  std::string user;
  std::vector<std::string> groups;                 ///< Group= and SupplementaryGroups=
  std::map<std::string, std::string> environment;  ///< Environment= and EnvironmentFile=, only TACIT_…
  std::vector<std::filesystem::path> missing;      ///< missing files of EnvironmentFile= that prevent its start
  std::string plane;                               ///< from its `serve --plane`; empty if not given
  std::map<std::string, UnitCredential> settings;  ///< setting → the credential that its command line uses
};

/// systemd's search path, highest precedence last.
std::span<const std::filesystem::path> unit_directories();

/// The unit with its drop-ins. Returns nullopt if there is none. Understands only the directives that tacit's own units
/// use.
std::optional<Unit> read_unit(const std::string& name, std::span<const std::filesystem::path> directories);

}  // namespace tacit::server
