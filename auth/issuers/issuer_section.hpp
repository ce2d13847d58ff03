// A section of the issuers' file as it was read, and what is wrong with it as a whole: what is missing, contradictory
// or without effect.
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
  std::size_t line = 0;                                   ///< where it begins
  std::map<std::string, std::size_t, std::less<>> given;  ///< the settings that are there, by name → line
  std::set<std::string, std::less<>> faulty;              ///< those of them whose values are no good

  /// The setting's line; if it is not there, that of the section.
  std::size_t line_of(std::string_view setting) const;
  /// Whether what is said of all of them can be relied on: none is faulty.
  bool sound(std::initializer_list<std::string_view> settings) const;
};

struct IssuerFault {
  std::size_t line = 0;  ///< 0: of the file as a whole
  std::string what;      ///< the rest of a sentence that begins with the place
};

/// Of a section whose defaults are filled in. Says nothing that follows from a fault of a line alone, and looks at no
/// file.
std::vector<IssuerFault> find_section_faults(const IssuerSection& section);

/// What is wrong with the files of keys and authorities that it names.
std::vector<IssuerFault> find_section_file_faults(const IssuerSection& section);

}  // namespace tacit::auth
