// The five routes of secrets.
#include <memory>
#include <utility>

#include "http/api/handlers.hpp"
#include "http/api/list_cursor.hpp"
#include "http/api/list_query.hpp"
#include "http/api/path_id.hpp"
#include "http/api/reader_stream.hpp"
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

class SecretListStream final : public ReaderStream<store::SecretListReader, write_secret> {
 public:
  /// `paged`: with `next_cursor`.
  SecretListStream(store::SecretListReader reader, bool paged, Exchange& exchange)
      : ReaderStream(std::move(reader), exchange), paged_(paged) {}

 private:
  void write_members(crypto::WipedBytes& out) const override {
    if (!paged_) return;
    out.append(R"(,"next_cursor":)");
    write_list_cursor(out, reader().next_page());
  }

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
    answer(exchange, all_faults(id, update));
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
