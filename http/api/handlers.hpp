// The routes' handlers. The chain authenticates the caller, checks the scope and reads the body before it calls a
// handler, which leaves its answer in `exchange.response`.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "http/exchange/exchange.hpp"

namespace tacit::http {

using Handled = boost::asio::awaitable<void>;

/// Answers the error of `result`, if it has one: a reader's faults or a store's failure. True: the handler is done.
/// Give the awaited value a name first, because of g++ 12 (CONTRIBUTING.md):
///
///     auto outcome = co_await …;
///     if (refused(exchange, outcome)) co_return;
template <class Result>
bool refused(Exchange& exchange, const Result& result) {
  if (result) return false;
  answer(exchange, result.error());
  return true;
}

// secret_routes.cpp
Handled create_secret(Exchange& exchange);
Handled put_secret(Exchange& exchange);
Handled list_secrets(Exchange& exchange);
Handled get_secret(Exchange& exchange);
Handled update_secret(Exchange& exchange);
Handled delete_secret(Exchange& exchange);

// secret_batch_routes.cpp
Handled create_batch(Exchange& exchange);

// secret_version_routes.cpp
Handled list_versions(Exchange& exchange);
Handled roll_back(Exchange& exchange);
Handled delete_version(Exchange& exchange);

// secret_use_routes.cpp
Handled list_uses(Exchange& exchange);

// api_key_routes.cpp
Handled create_api_key(Exchange& exchange);
Handled list_api_keys(Exchange& exchange);
Handled get_api_key(Exchange& exchange);
Handled update_api_key(Exchange& exchange);
Handled revoke_api_key(Exchange& exchange);

// quota_routes.cpp
Handled get_quota(Exchange& exchange);

// tool_routes.cpp
Handled resolve_tool(Exchange& exchange);
Handled resolve_tools(Exchange& exchange);
Handled report_use(Exchange& exchange);

// service_routes.cpp
Handled get_health(Exchange& exchange);
Handled get_readiness(Exchange& exchange);
Handled get_openapi(Exchange& exchange);
Handled get_resource_metadata(Exchange& exchange);
Handled get_metrics(Exchange& exchange);

}  // namespace tacit::http
