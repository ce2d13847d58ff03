// The form of an entry's body, so that all readers of a body read the same plane and the same action. Pure.
#pragma once

#include <string_view>

namespace tacit::store {

/// Whether the body is one JSON object without white space whose members are some of those of
/// store/audit/audit_log.hpp, each once, in that order, with plainly spelled names, and each a text or a list of texts
/// or numbers, and `change` a number.
bool has_entry_form(std::string_view body);

}  // namespace tacit::store
