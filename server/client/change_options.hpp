// Options that commands which change something have in common.
#pragma once

#include <boost/program_options/options_description.hpp>

#include <optional>
#include <string>

#include "server/cli/arguments.hpp"

namespace tacit::server {

/// Adds --expires-in and --expires-at.
void add_expiry(boost::program_options::options_description& own);
/// The instant, RFC 3339, of one of these options; std::nullopt without both. Throws UsageError for both.
std::optional<std::string> expiry(const Arguments& arguments);

/// Adds --if-match and --idempotency-key.
void add_if_match(boost::program_options::options_description& own);
void add_idempotency_key(boost::program_options::options_description& own);

/// The field If-Match: the tag in quotes, or `*`; empty without the option. Throws UsageError for what is no tag.
std::string if_match(const Arguments& arguments);
/// The option's text, or a random key. Throws UsageError unless it is 1 to 200 visible ASCII characters.
std::string idempotency_key(const Arguments& arguments);

/// The option's text, which must be UTF-8; std::nullopt without it.
std::optional<std::string> text_option(const Arguments& arguments, const std::string& name);

}  // namespace tacit::server
