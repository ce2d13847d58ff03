// What became of the releases of a secret, for its owner.
#include <array>
#include <charconv>
#include <utility>

#include "http/api/handlers.hpp"
#include "http/api/path_id.hpp"
#include "http/api/query_parameters.hpp"
#include "http/api/secret_answer.hpp"
#include "http/exchange/problem.hpp"
#include "http/json/json_writer.hpp"
#include "http/json/limits.hpp"
#include "store/secrets/releases.hpp"

namespace tacit::http {
namespace {

/// The cursor is the number of entries before the page. It is opaque to clients.
std::optional<std::size_t> read_cursor(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool valid = error == std::errc{} && end == text.data() + text.size() && number <= limits::uses_max;
  return valid ? std::optional(number) : std::nullopt;
}

Parsed<store::UsesQuery> parse_uses_query(std::string_view query) {
  std::array<QueryParameter, 2> parameters{QueryParameter{"limit"}, QueryParameter{"cursor"}};
  read_query(query, parameters);
  const auto& [limit, cursor] = parameters;
  store::UsesQuery uses;
  Faults faults;
  if (limit.came_once(faults)) uses.limit = read_count(limit, limits::list_min, limits::uses_max, faults).value_or(1);
  if (cursor.came_once(faults) && !cursor.value->empty()) {
    const auto skipped = read_cursor(*cursor.value);
    if (!skipped) faults.push_back(value_error(cursor.loc(), "cursor was not returned by a list"));
    uses.skipped = skipped.value_or(0);
  }
  if (!faults.empty()) return faults;
  return uses;
}

void write_use(crypto::WipedBytes& out, const store::SecretUse& use) {
  out.append(R"({"tool_name":)");
  write_text(out, use.tool_name);
  out.append(R"(,"runtime":)");
  write_text(out, use.runtime);
  out.append(R"(,"outcome":)");
  write_text(out, store::to_string(use.outcome));
  out.append(R"(,"first_at":)");
  write_time(out, use.first_at);
  out.append(R"(,"last_at":)");
  write_time(out, use.last_at);
  out.append(R"(,"count":)");
  write_number(out, use.count);
  out.push_back('}');
}

}  // namespace

Handled list_uses(Exchange& exchange) {
  const auto id = parse_path_id(exchange.path_id, "secret_id");
  auto query = parse_uses_query(exchange.head.query);
  if (!id || !query) {
    answer(exchange, all_faults(id, query));
    co_return;
  }
  store::AuditContext who = exchange.audit();
  const auto page =
      co_await exchange.services.store.releases().uses(exchange.principal.tenant, *id, *query, std::move(who));
  if (refused(exchange, page)) co_return;
  if (page->altered) note_damage(exchange);
  crypto::WipedBytes& body = exchange.response.body;
  body.append(R"({"data":[)");
  for (const store::SecretUse& use : page->uses) {
    if (&use != &page->uses.front()) body.push_back(',');
    write_use(body, use);
  }
  body.append(R"(],"next_cursor":)");
  write_text_or_null(body, page->next ? std::optional(std::to_string(*page->next)) : std::nullopt);
  body.push_back('}');
}

}  // namespace tacit::http
