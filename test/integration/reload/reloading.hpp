// Reloads of a server, and their results in its log.
#pragma once

#include <boost/json/value.hpp>

#include <cstddef>
#include <string>

#include "test/integration/support/shared_server.hpp"

namespace tacit::test {

/// Reloads, and returns the log lines of the reload once it is done.
std::string reload_log(Server& server, const Deployment& deployment);
/// Whether the log of a reload says that all of it was applied.
bool is_good(const std::string& log);
/// A field of the first line with that event; "no such event" if there is none.
std::string value_in(const std::string& log, const std::string& event, const std::string& field);
/// How often the text contains `part`.
std::size_t occurrences(const std::string& text, const std::string& part);

/// A default of every tool.
inline const boost::json::value secret_for_all_tools = {{"secret_name", "n"},
                                                        {"secret_value", "the value"},
                                                        {"tool_name", "*"},
                                                        {"tool_arg", "a"},
                                                        {"is_default_for_tool", true}};

}  // namespace tacit::test
