// A parsed section of the issuers' file, and its faults as a whole: settings that are missing, contradictory or without
// effect.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "auth/model/issuer_config.hpp"

namespace tacit::auth {

struct IssuerSection {
  IssuerConfig config;
  std::size_t line = 0;                                   ///< its first line
  std::map<std::string, std::size_t, std::less<>> given;  ///< the settings present: name → line
  std::set<std::string, std::less<>> faulty;              ///< the settings whose values are invalid

  /// The setting's line, or the section's if the setting is missing.
  std::size_t line_of(std::string_view setting) const;
  /// Whether none of the settings is faulty, so that conclusions from their values hold.
  bool sound(std::initializer_list<std::string_view> settings) const;
};

struct IssuerFault {
  std::size_t line = 0;  ///< 0: the file as a whole
  std::string what;      ///< a clause that follows the position
};

/// The faults of a section whose defaults are filled in, except those that follow from a single faulty line. Reads no
/// file.
std::vector<IssuerFault> find_section_faults(const IssuerSection& section);

/// The faults of the key file and authorities' file that the section names.
std::vector<IssuerFault> find_section_file_faults(const IssuerSection& section);

}  // namespace tacit::auth
