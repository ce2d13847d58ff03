// The names that a section of the issuers file may have, and how each one's text becomes a member of IssuerConfig.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "auth/issuer_config.hpp"

namespace tacit::auth {

struct IssuerSetting {
  const char* name;
  /// Answers what is wrong with the value, as the rest of a sentence; empty if nothing is.
  std::string (*set)(IssuerConfig& config, std::string_view value);
};

std::span<const IssuerSetting> issuer_settings();

/// Whether the text is an https URL that an issuer may be asked at.
bool is_https_url(std::string_view text);

/// Takes the next word off the front; empty at the end.
std::string_view next_word(std::string_view& text);

}  // namespace tacit::auth
