// Masks that are stored already.
#pragma once

#include <string_view>

namespace tacit::store {

/// Whether it is the value's mask, or that which was made when nothing was left out of it: a mask stays as it was made.
bool is_mask_of(std::string_view display, std::string_view value);

}  // namespace tacit::store
