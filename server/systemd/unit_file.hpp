// What a systemd unit of this host gives its server: the parts of it that decide whether a configuration is good.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tacit::server {

/// A file that systemd reads as root and hands over.
struct UnitCredential {
  std::string name;
  std::filesystem::path source;
  bool sealed = false;  ///< LoadCredentialEncrypted=
};

struct Unit {
  std::string name;  ///< tacit-api.service
  std::string user;
  std::vector<std::string> groups;                 ///< Group= and SupplementaryGroups=
  std::map<std::string, std::string> environment;  ///< Environment= and EnvironmentFile=, of TACIT_… alone
  std::vector<std::filesystem::path> missing;      ///< files of EnvironmentFile= without which it does not start
  std::string plane;                               ///< of its `serve --plane`; empty if it does not say
  std::map<std::string, UnitCredential> settings;  ///< setting → the credential that its command line has for it
};

/// Where systemd looks, what counts most last.
std::span<const std::filesystem::path> unit_directories();

/// The unit with its drop-ins. Returns nullopt if there is none. Reads of it what tacit's own units use, not all that
/// systemd knows.
std::optional<Unit> read_unit(const std::string& name, std::span<const std::filesystem::path> directories);

}  // namespace tacit::server
