// Keyrings that systemd hands over as credentials, for a command that judges a configuration without being a unit: as
// root they are read, or unsealed, into memory that has no name, and stand where the settings name files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "server/config/config.hpp"
#include "server/control/control_files.hpp"
#include "server/systemd/unit_file.hpp"

namespace tacit::server {

class CredentialStandIns {
 public:
  /// Opens the unit's credentials, as systemd would at its start. Call it with root's rights; what is opened is
  /// `reader`'s. Nothing of it reaches a disk.
  void open(const Unit& unit, uid_t reader);
  /// Where a keyring's file is not there and FILE.cred is, which `systemd-creds` made: opens that.
  void open_beside(const Config& config, uid_t reader);

  /// Puts them into the settings.
  void use(Config& config) const;
  /// A sentence with the names of stand-ins replaced by what they stand for.
  std::string with_names(std::string sentence) const;
  /// What a sentence is about that cannot be judged: whether it names a stand-in that could not be opened.
  bool is_about_unjudged(const std::string& sentence) const;
  /// Whether any could not be opened though nothing may be wrong with it.
  bool any_unjudged() const;
  /// For the operator: what was judged in which way, and what was not.
  const std::vector<std::string>& notes() const { return notes_; }
  /// What would keep the unit from starting: a credential that is not there, or not this host's.
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
