// What a handler does when the store refuses.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "http/exchange.hpp"

namespace tacit::http {

/// Sets the answer to a store's failure. That what is stored was altered is written to the audit, too, before this
/// answers.
boost::asio::awaitable<void> refuse(Exchange& exchange, crypto::Uuid tenant, const store::Failure& failure);

}  // namespace tacit::http
