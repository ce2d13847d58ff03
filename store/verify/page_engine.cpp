#include "store/verify/page_engine.hpp"

#include "store/verify/page_transaction.hpp"

namespace tacit::store {

std::optional<Errc> PageEngine::read(const Work& work) {
  PageTransaction transaction(pages_);
  work(transaction).run();
  return std::nullopt;
}

}  // namespace tacit::store
