#include "server/cli/option_faults.hpp"

#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <vector>

#include "server/config/suggestion.hpp"
#include "server/config/values.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

using Syntax = po::invalid_syntax::kind_t;

std::vector<std::string> names_of(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  return names;
}

// "--threads NUMBER" for --threads, also if the short form was used.
std::string with_value(const std::string& option, const po::options_description& options) {
  const std::string name = option.substr(std::min(option.find_first_not_of('-'), option.size()));
  const auto* const known = options.find_nothrow(name, false);
  return known == nullptr ? option : "--" + known->long_name() + " " + known->format_parameter();
}

std::string unknown(std::string option, const Command& command, const po::options_description& options) {
  const std::string name(command.name);
  option.resize(std::min(option.find('='), option.size()));  // the value may be secret
  const std::string bare = option.starts_with("--") ? option.substr(2) : option;
  if (find_setting(bare) != nullptr) {
    return shown(option) + " is a setting that tacit " + name + " does not use; leave it out";
  }
  return "tacit " + name + " has no option " + shown(option) + did_you_mean(option, names_of(options));
}

std::string bad_syntax(Syntax kind, const std::string& option, const po::options_description& options) {
  switch (kind) {
    case Syntax::missing_parameter:
    case Syntax::empty_adjacent_parameter:
      return option + " needs a value: " + with_value(option, options);
    case Syntax::extra_parameter:
      return option + " takes no value: write " + option + " alone";
    default:
      return option + " is not a valid option";
  }
}

std::string fault(const po::error& error, const Command& command, const po::options_description& options) {
  if (const auto* found = dynamic_cast<const po::unknown_option*>(&error)) {
    return unknown(found->get_option_name(), command, options);
  }
  if (const auto* found = dynamic_cast<const po::multiple_occurrences*>(&error)) {
    return found->get_option_name() + " is given more than once; give it once";
  }
  if (const auto* found = dynamic_cast<const po::invalid_syntax*>(&error)) {
    return bad_syntax(found->kind(), found->get_option_name(), options);
  }
  return "the options are invalid";
}

}  // namespace

std::string sentence_about(const po::error& error, const Command& command, const po::options_description& options) {
  return with_help(fault(error, command, options), command.name);
}

}  // namespace tacit::server
