// Checks of stored masks.
#pragma once

#include <string_view>

namespace tacit::store {

/// Whether `display` is the value's mask, or the mask of older builds, which left nothing out. Stored masks never
/// change.
bool is_mask_of(std::string_view display, std::string_view value);

}  // namespace tacit::store
