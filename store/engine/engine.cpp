#include "store/engine/engine.hpp"

#include <stdexcept>

namespace tacit::store {

boost::asio::awaitable<std::optional<Errc>> Engine::read_async(Work work) {
  if (traits().waits) throw std::logic_error("an engine that waits does not read in coroutines");
  co_return read(work);
}

}  // namespace tacit::store
