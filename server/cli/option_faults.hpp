// Messages about faulty options that tell users what to do; those of Program_options are for programmers.
#pragma once

#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>

#include <string>

#include "server/cli/command_line.hpp"

namespace tacit::server {

/// A sentence about the fault that Program_options found. `options`: all options of the command.
std::string sentence_about(const boost::program_options::error& error, const Command& command,
                           const boost::program_options::options_description& options);

}  // namespace tacit::server
