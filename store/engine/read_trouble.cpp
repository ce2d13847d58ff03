#include "store/engine/read_trouble.hpp"

#include <utility>

namespace tacit::store {
namespace {

thread_local std::string trouble;

}  // namespace

std::string read_trouble() { return trouble; }

void note_read_trouble(std::string why) { trouble = std::move(why); }

}  // namespace tacit::store
