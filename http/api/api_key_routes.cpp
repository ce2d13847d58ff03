// The five routes of API keys.
#include <memory>
#include <utility>

#include "auth/api_keys/api_key_format.hpp"
#include "http/api/api_key_bodies.hpp"
#include "http/api/api_key_json.hpp"
#include "http/api/handlers.hpp"
#include "http/api/reader_stream.hpp"
#include "http/exchange/problem.hpp"
#include "http/wire/target.hpp"
#include "store/api_keys/api_keys.hpp"
#include "store/api_keys/tenant_api_key_reader.hpp"
#include "store/model/api_key_grant.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::http {
namespace {

constexpr std::size_t usual_api_key_size = 320;  // of one in JSON, so that most answers are allocated once
constexpr std::size_t usual_list = 10;

/// Text that is not an id belongs to no key: the store finds nothing for it, as for another tenant's id.
std::string api_key_id(const Exchange& exchange) {
  return percent_decode(exchange.path_id, false).value_or(std::string());
}

store::Authority authority_of(const auth::Principal& principal) { return {principal.scopes, principal.expires_at}; }

store::ApiKey describe(const Exchange& exchange, NewApiKey wanted, std::int64_t now) {
  store::ApiKey key;
  key.tenant = exchange.principal.tenant;
  key.name = std::move(wanted.name);
  key.scopes = wanted.scopes;
  key.created_at = now;
  key.expires_at = wanted.expires_at ? wanted.expires_at : exchange.principal.expires_at;
  return key;
}

void write_listed_api_key(crypto::WipedBytes& out, const store::ApiKey& key) { write_api_key(out, key); }

using ApiKeyListStream = ReaderStream<store::TenantApiKeyReader, write_listed_api_key>;

void answer_api_key(Exchange& exchange, const store::ApiKey& key) {
  exchange.response.body.reserve(usual_api_key_size);
  write_api_key(exchange.response.body, key);
}

}  // namespace

Handled create_api_key(Exchange& exchange) {
  const std::int64_t now = store::now_microseconds();
  auto wanted = parse_new_api_key(exchange.body.text(), now);
  if (refused(exchange, wanted)) co_return;
  store::ApiKey key = describe(exchange, std::move(*wanted), now);
  const auto refusal = store::grant_refusal(authority_of(exchange.principal), nullptr, key);
  if (refusal) {
    answer(exchange, *refusal);
    co_return;
  }
  const auth::GeneratedApiKey generated = auth::generate_api_key();
  key.id = generated.id;
  key.secret_hash = generated.secret_hash;
  store::ApiKey added = key;
  store::AuditContext who = exchange.audit();
  const auto outcome = co_await exchange.services.store.api_keys().add(std::move(added), std::move(who));
  if (refused(exchange, outcome)) co_return;
  exchange.response.body.reserve(usual_api_key_size);
  write_api_key(exchange.response.body, key, generated.text.text());
}

Handled list_api_keys(Exchange& exchange) {
  store::AuditContext who = exchange.audit();
  std::unique_ptr<BodyStream> stream = std::make_unique<ApiKeyListStream>(
      exchange.services.store.api_keys().read_of_tenant(exchange.principal.tenant, std::move(who)), exchange);
  exchange.response.body.reserve(usual_api_key_size * (usual_list + 1));
  co_await answer_streamed(exchange, std::move(stream));
}

Handled get_api_key(Exchange& exchange) {
  std::string id = api_key_id(exchange);
  store::AuditContext who = exchange.audit();
  const auto key = co_await exchange.services.store.api_keys().get_of_tenant(exchange.principal.tenant, std::move(id),
                                                                             std::move(who));
  if (refused(exchange, key)) co_return;
  answer_api_key(exchange, *key);
}

Handled update_api_key(Exchange& exchange) {
  auto update = parse_api_key_update(exchange.body.text(), store::now_microseconds());
  if (refused(exchange, update)) co_return;
  std::string id = api_key_id(exchange);
  const store::Authority authority = authority_of(exchange.principal);
  store::AuditContext who = exchange.audit();
  const auto key = co_await exchange.services.store.api_keys().update_of_tenant(
      exchange.principal.tenant, std::move(id), std::move(*update), authority, std::move(who));
  if (refused(exchange, key)) co_return;
  answer_api_key(exchange, *key);
}

Handled revoke_api_key(Exchange& exchange) {
  std::string id = api_key_id(exchange);
  store::AuditContext who = exchange.audit();
  const auto key = co_await exchange.services.store.api_keys().revoke_of_tenant(exchange.principal.tenant,
                                                                                std::move(id), std::move(who));
  if (refused(exchange, key)) co_return;
  answer_api_key(exchange, *key);
}

}  // namespace tacit::http
