#include "http/api/secret_answer.hpp"

#include "http/api/entity_tags.hpp"
#include "http/api/secret_json.hpp"
#include "http/exchange/problem.hpp"
#include "store/model/failures.hpp"

namespace tacit::http {

void answer_secret(Exchange& exchange, const store::SecretInfo& secret, bool full) {
  crypto::WipedBytes& body = exchange.response.body;
  body.reserve(usual_secret_size);
  if (!secret.damage.empty()) note_damage(exchange);
  append_entity_tag(exchange.response.headers, secret.updated_at);
  if (full) {
    write_full_secret(body, secret);
  } else {
    write_secret(body, secret);
  }
}

void note_damage(Exchange& exchange) { note_failure(exchange, store::failed(store::Errc::integrity)); }

void note_replay(Exchange& exchange) { exchange.response.headers.append("Idempotency-Replayed: true\r\n"); }

}  // namespace tacit::http
