// The settings that a section of the issuers' file may have: what each is called, what it means, and how its text
// becomes a member of IssuerConfig. The help text and the manual page are made from this list, too.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "auth/model/issuer_config.hpp"

namespace tacit::auth {

struct IssuerSetting {
  const char* name;
  const char* argument;  ///< what its value is, for the help text: FILE, SECONDS, WORDS, … Choices are on|off
  const char* initial;   ///< the default as it would be written; empty: there is none, and `help` says what holds then
  const char* help;      ///< sentences, with the limits
  /// Answers what is wrong with the value, as the rest of a sentence; empty if nothing is.
  std::string (*set)(IssuerConfig& config, std::string_view value);
};

std::span<const IssuerSetting> issuer_settings();

/// Whether the text is an https URL that an issuer may be asked at.
bool is_https_url(std::string_view text);

/// Takes the next word off the front; empty at the end.
std::string_view next_word(std::string_view& text);

}  // namespace tacit::auth
