// Options shared by several commands, so that each has the same name and help everywhere.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <string>

namespace tacit::server {

/// An option's value: its kind in capitals, or its choices separated by |. Completion knows FILE, DIRECTORY, SCOPE and
/// choices.
inline boost::program_options::typed_value<std::string>* value_of(const char* what) {
  return boost::program_options::value<std::string>()->value_name(what);
}

/// A help text followed by "Default N."; `rest` follows the number.
template <class Number>
std::string with_default(const char* help, Number number, const char* rest = "") {
  return std::string(help) + " Default " + std::to_string(number) + rest + ".";
}

inline void add_tenant(boost::program_options::options_description& own, const char* help) {
  own.add_options()("tenant", value_of("UUID"), help);
}

inline void add_json(boost::program_options::options_description& own, const char* help = "Print a JSON object.") {
  own.add_options()("json", help);
}

/// What --scope may be.
std::string about_scope();
/// " Default …."
std::string default_scopes();

}  // namespace tacit::server
