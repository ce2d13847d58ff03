// Reading a subcommand's own options (`tenant` for --tenant) and operands (`TENANT`), so that what is wrong names its
// place.
#pragma once

#include <string>

#include "server/cli/commands.hpp"
#include "server/config/errors.hpp"

namespace tacit::server {

/// The argument's text as `read` (of values.hpp) understands it. Throws UsageError if it is missing or bad.
template <class Read>
auto read_argument(const Arguments& arguments, const std::string& name, Read read) {
  const bool operand = name.front() >= 'A' && name.front() <= 'Z';
  const std::string shown_name = operand ? name : "--" + name;
  if (!arguments.contains(name)) throw UsageError(shown_name + " is missing");
  try {
    return read(arguments[name].as<std::string>());
  } catch (const UsageError& error) {
    throw UsageError(shown_name + ": " + error.what());
  }
}

}  // namespace tacit::server
