// Refusals of the API as one line for people.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tacit::server {

/// A sentence about an answer with an error's status: what it means for the command, then the server's own words, made
/// printable. `items`: the names of a batch's secrets, to which faults belong by index.
std::string explain(unsigned status, std::string_view body, std::span<const std::string> items = {});

}  // namespace tacit::server
