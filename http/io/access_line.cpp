#include "http/io/access_line.hpp"

namespace tacit::http {

LogLine access_line(const Exchange& exchange, std::chrono::steady_clock::duration time, std::uint32_t stands_for,
                    bool keep_alive) {
  LogLine line(LogLevel::info, "request");
  line.field("request_id", exchange.request_id)
      .field("peer", exchange.peer)
      .field("method", name_of(exchange.head.method))
      .field("route", exchange.route != nullptr ? exchange.route->path : std::string_view("-"))
      .field("status", exchange.response.status)
      .field("bytes", exchange.response.streamed + exchange.response.body.size())
      .field("duration_us", std::chrono::duration_cast<std::chrono::microseconds>(time).count());
  const auth::Principal& principal = exchange.principal;
  if (exchange.plane == Plane::tools) line.field("actor", exchange.tool_identity);
  if (!principal.actor.empty()) {
    line.field(exchange.plane == Plane::tools ? "on_behalf_of" : "actor", principal.actor);
  }
  if (!exchange.head.traceparent.empty()) line.field("traceparent", exchange.head.traceparent);
  if (!exchange.note.empty()) line.field("note", exchange.note);
  if (!keep_alive) line.field("connection", "close");
  if (stands_for > 1) line.field("stands_for", stands_for);
  return line;
}

}  // namespace tacit::http
