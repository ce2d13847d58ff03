// An exchange for code that responds without the store.
#pragma once

#include <cstddef>

#include "http/exchange/exchange.hpp"

namespace tacit::http::test {

class ExchangeFixture {
 public:
  ExchangeFixture() { exchange.request_id = "req-1"; }

  Exchange exchange{ExchangeFacts{.services = services_, .plane = Plane::api, .body = body_}};

  std::string_view answer_body() const { return exchange.response.body.text(); }
  Services& services() { return services_; }

 private:
  // Storage in place of a store, which is never called.
  alignas(store::Store) std::byte place_[sizeof(store::Store)]{};
  Services services_{.store = reinterpret_cast<store::Store&>(place_)};
  crypto::WipedBytes body_;
};

}  // namespace tacit::http::test
