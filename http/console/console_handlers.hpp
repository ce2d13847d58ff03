// The handlers of the pages for people, on the API plane: /console/, /docs and /.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <string_view>

#include "http/exchange/exchange.hpp"

namespace tacit::http {

/// The console; 404 without one.
boost::asio::awaitable<void> get_console(Exchange& exchange);
/// A file of its page, or `config.json`.
boost::asio::awaitable<void> get_console_file(Exchange& exchange);
/// The API for people, with and without a console.
boost::asio::awaitable<void> get_docs(Exchange& exchange);
boost::asio::awaitable<void> get_docs_file(Exchange& exchange);
/// Leads to the console; without one, a page with links.
boost::asio::awaitable<void> get_start(Exchange& exchange);

}  // namespace tacit::http
