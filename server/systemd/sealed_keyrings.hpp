// Keyrings that systemd passes as credentials, for a command that checks a configuration outside a unit: as root they
// are read or unsealed into anonymous memory files, which replace the files of the settings.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/config/config.hpp"
#include "server/control/control_files.hpp"
#include "server/systemd/unit_file.hpp"

namespace tacit::server {

/// The keyrings that a server of these planes reads: setting, and file as configured or in its usual place.
std::vector<std::pair<std::string, std::filesystem::path>> served_keyrings(const Config& config);

class CredentialStandIns {
 public:
  /// Opens the unit's credentials, as systemd does at the unit's start: SetCredential= replaces a missing file. Call it
  /// as root. `reader` owns the opened files. They are never written to a disk.
  void open(const Unit& unit, uid_t reader);
  /// For each keyring of the server whose FILE does not exist, opens FILE.cred, created by `systemd-creds`, if it
  /// exists.
  void open_beside(const Config& config, uid_t reader);

  /// Replaces the settings' files with the opened ones.
  void use(Config& config) const;
  /// The sentence with the names of stand-ins replaced by the names of the original files.
  std::string with_names(std::string sentence) const;
  /// Whether the sentence names a stand-in that could not be opened, so that it proves nothing.
  bool is_about_unjudged(const std::string& sentence) const;
  /// Whether a possibly valid credential could not be opened.
  bool any_unjudged() const;
  /// For the operator: which credentials were not checked, and why.
  const std::vector<std::string>& notes() const { return notes_; }
  /// Problems that would prevent the unit's start: a credential that is missing, or sealed to another host.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  struct StandIn {
    std::string setting;
    std::string stands_for;
    Descriptor memory;
    std::filesystem::path path;
    bool judged = true;
  };
  void add(const std::string& setting, const UnitCredential& credential, uid_t reader);

  std::vector<StandIn> all_;
  std::vector<std::string> notes_;
  std::vector<std::string> problems_;
};

}  // namespace tacit::server
