#include "http/console/console_handlers.hpp"

#include <algorithm>
#include <string>

#include "crypto/memory/published.hpp"
#include "crypto/text/ascii.hpp"
#include "http/console/console_pages.hpp"
#include "http/exchange/problem.hpp"

namespace tacit::http {
namespace {

const ConsolePages& pages_of(const Exchange& exchange) {
  static const ConsolePages none;
  return exchange.services.console != nullptr ? **exchange.services.console : none;
}

/// Weak comparison, as RFC 9110 section 13.1.2 has it for this field.
bool names(std::string_view list, std::string_view tag) {
  if (list == "*") return true;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view one = crypto::trimmed(list.substr(0, comma));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

/// Whether a list of codings has gzip, or else any, with a weight above 0 (RFC 9110 section 12.5.3).
bool lists_gzip(std::string_view list) {
  bool lists_any = false;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view item = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    const std::string_view coding = crypto::trimmed(item.substr(0, semicolon));
    const std::string_view weight = item.substr(semicolon);
    const bool refused = !weight.empty() && weight.find_first_of("123456789") == std::string_view::npos;
    if (crypto::lower(coding) == "gzip") return !refused;
    lists_any = lists_any || (coding == "*" && !refused);
  }
  return lists_any;
}

/// Adds the header lines that every answer of these routes has, also those without a page.
void restrict(Exchange& exchange) { exchange.response.headers.append(pages_of(exchange).headers()); }

void answer_no_file(Exchange& exchange) {
  restrict(exchange);
  answer(exchange, Problem::path_unknown);
}

/// Browsers may keep the file, and ask with its ETag whether it is still the same.
void answer_asset(Exchange& exchange, const ConsoleAsset& asset) {
  const bool compressed = lists_gzip(exchange.head.accept_encoding) && !asset.gzip.empty();
  const std::string tag = '"' + std::string(asset.hash.substr(0, 32)) + (compressed ? "-gzip\"" : "\"");
  Response& response = exchange.response;
  response.cache_control = "no-cache";
  response.content_type = asset.content_type;
  response.headers.append("ETag: ").append(tag).append("\r\nVary: Accept-Encoding\r\n");
  restrict(exchange);
  if (names(exchange.head.if_none_match, tag)) {
    response.status = 304;
    return;
  }
  if (compressed) response.headers.append("Content-Encoding: gzip\r\n");
  response.body.append(compressed ? asset.gzip : asset.bytes);
}

void answer_file(Exchange& exchange) {
  const auto asset = find_console_asset(exchange.path_id);
  if (asset) return answer_asset(exchange, *asset);
  if (exchange.path_id != "config.json") return answer_no_file(exchange);
  restrict(exchange);
  exchange.response.body.append(pages_of(exchange).config());
}

}  // namespace

boost::asio::awaitable<void> get_console(Exchange& exchange) {
  if (pages_of(exchange).on()) {
    answer_asset(exchange, pages_of(exchange).console());
  } else {
    answer_no_file(exchange);
  }
  co_return;
}

boost::asio::awaitable<void> get_console_file(Exchange& exchange) {
  if (pages_of(exchange).on()) {
    answer_file(exchange);
  } else {
    answer_no_file(exchange);
  }
  co_return;
}

boost::asio::awaitable<void> get_docs(Exchange& exchange) {
  answer_asset(exchange, pages_of(exchange).docs());
  co_return;
}

boost::asio::awaitable<void> get_docs_file(Exchange& exchange) {
  answer_file(exchange);
  co_return;
}

boost::asio::awaitable<void> get_start(Exchange& exchange) {
  if (pages_of(exchange).on()) {
    restrict(exchange);
    exchange.response.status = 302;
    exchange.response.headers.append("Location: /console/\r\n");
  } else {
    answer_asset(exchange, pages_of(exchange).start());
  }
  co_return;
}

}  // namespace tacit::http
