// The settings of a section of the issuers' file: name, help, and the conversion of its text to a member of
// IssuerConfig. The help text and the manual page are generated from this list.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "auth/model/issuer_config.hpp"

namespace tacit::auth {

struct IssuerSetting {
  const char* name;
  const char* argument;      ///< the kind of value, for the help text: FILE, SECONDS, WORDS, …; choices as on|off
  const char* initial = "";  ///< the default as written in the file; empty: none, and `help` describes the effect
  std::string help;          ///< sentences, including the limits
  /// Sets the value. Returns its fault as a clause; empty if it is valid.
  std::string (*set)(IssuerConfig& config, std::string_view value);
};

std::span<const IssuerSetting> issuer_settings();

/// A configuration with the default of every setting that has one.
IssuerConfig default_issuer_config();

}  // namespace tacit::auth
