// The five routes of secrets.
#include <memory>
#include <utility>

#include "http/api/handlers.hpp"
#include "http/api/list_cursor.hpp"
#include "http/api/list_query.hpp"
#include "http/api/list_stream.hpp"
#include "http/api/path_id.hpp"
#include "http/api/request_bodies.hpp"
#include "http/api/secret_json.hpp"
#include "http/exchange/problem.hpp"
#include "store/secrets/secret_list_reader.hpp"
#include "store/secrets/secrets.hpp"

namespace tacit::http {
namespace {

constexpr std::size_t usual_secret_size = 512;  // of one SecretInfo, so that most answers are allocated once
constexpr std::size_t usual_list = 20;

void answer_secret(Exchange& exchange, const store::SecretInfo& secret) {
  exchange.response.body.reserve(usual_secret_size);
  write_secret(exchange.response.body, secret);
}

class SecretListStream final : public ListStream {
 public:
  /// `paged`: with `next_cursor`.
  SecretListStream(store::SecretListReader reader, bool paged, Exchange& exchange)
      : ListStream(exchange), reader_(std::move(reader)), paged_(paged) {}

 private:
  boost::asio::awaitable<store::Outcome<bool>> read_slice(crypto::WipedBytes& out) override {
    store::SecretListReader::Take take = [this, &out](const store::SecretInfo& secret) {
      begin_entry(out);
      write_secret(out, secret);
      return out.size() < body_piece_size;
    };
    const auto ended = co_await reader_.next(std::move(take));
    exchange_.rows_read = reader_.rows_read();
    // Not `ended` itself: g++ would convert it by its operator bool.
    if (!ended) co_return ended.error();
    co_return *ended;
  }

  void write_members(crypto::WipedBytes& out) const override {
    if (!paged_) return;
    out.append(R"(,"next_cursor":)");
    write_list_cursor(out, reader_.next_page());
  }

  store::SecretListReader reader_;
  bool paged_;
};

Parsed<crypto::Uuid> secret_id(const Exchange& exchange) { return parse_path_id(exchange.path_id, "secret_id"); }

}  // namespace

Handled create_secret(Exchange& exchange) {
  auto secret = parse_new_secret(exchange.body.text());
  if (refused(exchange, secret)) co_return;
  store::AuditContext who = exchange.audit();
  auto outcome =
      co_await exchange.services.store.secrets().create(exchange.principal.tenant, std::move(*secret), std::move(who));
  if (refused(exchange, outcome)) co_return;
  answer_secret(exchange, *outcome);
}

Handled list_secrets(Exchange& exchange) {
  auto query = parse_list_query(exchange.head.query);
  if (refused(exchange, query)) co_return;
  const bool paged = query->limit.has_value();
  store::AuditContext who = exchange.audit();
  std::unique_ptr<BodyStream> stream = std::make_unique<SecretListStream>(
      exchange.services.store.secrets().read(exchange.principal.tenant, std::move(*query), std::move(who)), paged,
      exchange);
  exchange.response.body.reserve(usual_secret_size * (usual_list + 1));
  co_await answer_streamed(exchange, std::move(stream));
}

Handled get_secret(Exchange& exchange) {
  const auto id = secret_id(exchange);
  if (refused(exchange, id)) co_return;
  store::AuditContext who = exchange.audit();
  auto outcome = co_await exchange.services.store.secrets().get(exchange.principal.tenant, *id, std::move(who));
  if (refused(exchange, outcome)) co_return;
  answer_secret(exchange, *outcome);
}

Handled update_secret(Exchange& exchange) {
  const auto id = secret_id(exchange);
  auto update = parse_secret_update(exchange.body.text());
  if (!id || !update) {
    Faults faults = id ? Faults{} : id.error();
    const Faults of_body = update ? Faults{} : update.error();
    faults.insert(faults.end(), of_body.begin(), of_body.end());
    answer(exchange, faults);
    co_return;
  }
  store::AuditContext who = exchange.audit();
  auto outcome = co_await exchange.services.store.secrets().update(exchange.principal.tenant, *id, std::move(*update),
                                                                   std::move(who));
  if (refused(exchange, outcome)) co_return;
  answer_secret(exchange, *outcome);
}

Handled delete_secret(Exchange& exchange) {
  const auto id = secret_id(exchange);
  if (refused(exchange, id)) co_return;
  store::AuditContext who = exchange.audit();
  auto outcome = co_await exchange.services.store.secrets().remove(exchange.principal.tenant, *id, std::move(who));
  if (refused(exchange, outcome)) co_return;
  answer_secret(exchange, *outcome);
}

}  // namespace tacit::http
