// Which of several secrets fills an argument: the most specific binding wins (contract section 2, wildcards). Pure.
#pragma once

#include <vector>

#include "store/secret_row.hpp"

namespace tacit::store {

/// Whether `a` goes before `b`, both covering the same tool: an exact name, then more literal characters, then the
/// newer `updated_at`, then the larger id, so that there is always one answer.
bool more_specific(const StoredSecret& a, const StoredSecret& b);

/// Of the defaults that cover one tool, the one for each argument, leaving out the arguments listed.
std::vector<const StoredSecret*> choose_defaults(const std::vector<StoredSecret>& covering,
                                                 const std::vector<std::string>& without);

}  // namespace tacit::store
