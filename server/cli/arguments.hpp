// Reads a subcommand's own options (`tenant` for --tenant) and operands (`TENANT`). Errors contain the argument's
// name.
#pragma once

#include <string>

#include "crypto/text/ascii.hpp"
#include "server/cli/commands.hpp"
#include "server/config/errors.hpp"

namespace tacit::server {

/// The argument's text, parsed by `read` (see values.hpp). Throws UsageError if it is missing or invalid.
template <class Read>
auto read_argument(const Arguments& arguments, const std::string& name, Read read) {
  const bool operand = crypto::is_upper(name.front());
  const std::string shown_name = operand ? name : "--" + name;
  if (!arguments.contains(name)) throw UsageError(shown_name + " is missing");
  try {
    return read(arguments[name].as<std::string>());
  } catch (const UsageError& error) {
    throw UsageError(shown_name + ": " + error.what());
  }
}

}  // namespace tacit::server
