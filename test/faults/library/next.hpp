// The function that a library loaded by LD_PRELOAD replaces.
#pragma once

#include <dlfcn.h>

namespace faults {

template <class Function>
Function next(const char* name) noexcept {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace faults
