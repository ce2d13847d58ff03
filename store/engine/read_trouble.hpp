// Why a read of an engine failed, in words, beside its code: for operators.
#pragma once

#include <string>

namespace tacit::store {

/// Of this thread's last `Engine::read`, in a sentence's words; empty: it did not fail, or the engine knows no more
/// than the code. Like errno: ask at once.
std::string read_trouble();

/// By engines, at the end of each read that may fail so.
void note_read_trouble(std::string why);

}  // namespace tacit::store
