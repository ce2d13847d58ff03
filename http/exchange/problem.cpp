#include "http/exchange/problem.hpp"

#include <array>
#include <utility>

#include "auth/model/scope_names.hpp"
#include "crypto/text/enum_table.hpp"
#include "crypto/text/sentence.hpp"
#include "http/exchange/problem_bodies.hpp"
#include "http/exchange/problem_table.hpp"

namespace tacit::http {
namespace {

// Sets everything of the answer except the body.
crypto::WipedBytes& begin(Exchange& exchange, const ProblemRow& row) {
  Response& response = exchange.response;
  exchange.problem = row.problem;
  response.begin_again(row.status);
  response.headers.append(row.headers);
  response.close = response.close || row.close;
  return response.body;
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

/// As in a line of the identities' file: a name that is not a single word is quoted.
std::string as_written(std::string_view identity) {
  const std::size_t name = identity.find(':') + 1;
  if (identity.find_first_of(" ,;\"") == std::string_view::npos) return std::string(identity);
  std::string text(identity.substr(0, name));
  text.push_back('"');
  for (const char c : identity.substr(name)) {
    if (c == '"' || c == '\\') text.push_back('\\');
    text.push_back(c);
  }
  text.push_back('"');
  return text;
}

/// A sentence with the identity and the tool, to be continued by the caller.
std::string runtime_and_tool(const Exchange& exchange, std::string_view verb, std::string_view tool) {
  std::string text("The identity ");
  text.append(as_written(exchange.tool_identity)).append(verb).append(" the tool ").append(quoted(tool));
  return text;
}

std::string not_granted(const Exchange& exchange, std::string_view tool) {
  std::string text = runtime_and_tool(exchange, " is not granted", tool);
  // client_identity.hpp
  const bool nameless = exchange.tool_identity.starts_with("certificate:");
  text.append(nameless ? "; its certificate has no name that can be granted tools." : ".");
  return text;
}

std::string not_released(const Exchange& exchange, std::string_view tool, std::string_view withheld) {
  std::string text = runtime_and_tool(exchange, " asked for", tool);
  return text.append(", but named secrets cannot be released: ").append(withheld).append(".");
}

/// Names the scopes in the sentence, and in the challenge of RFC 6750 section 3.1. `so` ends the sentence.
void answer_scope_missing(Exchange& exchange, store::Scope lacking, std::string_view so) {
  const std::vector<std::string_view> names = auth::scope_names(lacking);
  crypto::WipedBytes& body = begin(exchange, row_of(Problem::scope_missing));
  exchange.response.headers += resource_of(exchange.services).challenges().scope_lacking(crypto::joined(names, " "));
  std::string sentence("The credential lacks the scope ");
  sentence.append(crypto::joined(names, " and ")).append(so);
  write_detail(body, sentence);
}

struct ProblemOfErrc {
  store::Errc code;
  Problem problem;
};

constexpr std::array<ProblemOfErrc, store::errcs.size()> problems_of_errcs{{
    {store::Errc::not_found, Problem::not_found},
    {store::Errc::name_taken, Problem::name_taken},
    {store::Errc::default_taken, Problem::default_taken},
    {store::Errc::default_unbound, Problem::internal},  // not used: answered as a fault of the body
    {store::Errc::quota_exceeded, Problem::quota_exceeded},
    {store::Errc::not_allowed, Problem::secret_not_allowed},
    {store::Errc::integrity, Problem::integrity},
    {store::Errc::conflict, Problem::changed_meanwhile},
    {store::Errc::overloaded, Problem::overloaded},
    {store::Errc::full, Problem::store_full},
    {store::Errc::unavailable, Problem::store_unavailable},
    {store::Errc::too_many_arguments, Problem::internal},  // not used: answered as a fault of the body
    {store::Errc::too_many_secrets, Problem::too_many_secrets},
    {store::Errc::too_many_api_keys, Problem::too_many_api_keys},
    {store::Errc::scope_lacking, Problem::scope_missing},
    {store::Errc::outlives, Problem::api_key_outlives},
    {store::Errc::no_prekeys, Problem::no_prekeys},
    {store::Errc::value_needed, Problem::internal},  // not used: answered as a fault of the body
    {store::Errc::precondition_failed, Problem::precondition_failed},
    {store::Errc::key_reused, Problem::internal},  // not used: answered as a fault of the head
    {store::Errc::version_rebound, Problem::version_rebound},
    {store::Errc::version_current, Problem::version_current},
    {store::Errc::too_soon, Problem::reported_too_soon},
    {store::Errc::too_many_bytes, Problem::internal},  // not used: answered as a fault of the body
    {store::Errc::too_large, Problem::change_too_large},
}};
static_assert(crypto::has_row_for_each(problems_of_errcs, &ProblemOfErrc::code, store::Errc::too_large));

Problem problem_of(store::Errc code) { return crypto::row_at(problems_of_errcs, code).problem; }

/// The faults that a failure is answered as; empty: it is answered otherwise.
Faults faults_of(const store::Failure& failure) {
  Faults faults;
  if (failure.code == store::Errc::default_unbound) faults.push_back(default_unbound());
  if (failure.code == store::Errc::value_needed) faults.push_back(value_needed());
  if (failure.code == store::Errc::key_reused) return {idempotency_key_reused()};
  if (failure.code == store::Errc::too_many_arguments) return {too_many_arguments(Loc{"body"})};
  if (failure.code == store::Errc::too_many_bytes) return {too_many_value_bytes(Loc{"body"})};
  return failure.item ? faults_of_item("secrets", *failure.item, std::move(faults)) : faults;
}

/// The place of the secret concerned, of a batch, to begin a sentence with.
std::string place_of(const store::Failure& failure) {
  return failure.item ? "secrets[" + std::to_string(*failure.item) + "]: " : std::string();
}

/// A problem of one secret of a batch.
void answer_item(Exchange& exchange, const store::Failure& failure) {
  const ProblemRow& row = row_of(problem_of(failure.code));
  write_detail(begin(exchange, row), place_of(failure).append(row.sentence));
}

}  // namespace

void answer(Exchange& exchange, Problem problem) {
  if (problem == Problem::scope_missing && exchange.route != nullptr) {
    return answer_scope_missing(exchange, exchange.route->scope, ".");
  }
  const ProblemRow& row = row_of(problem);
  const WwwAuthenticate& challenges = resource_of(exchange.services).challenges();
  const bool missing = problem == Problem::credential_missing || problem == Problem::user_token_missing;
  if (missing) exchange.response.headers += challenges.missing();
  const bool invalid = problem == Problem::credential_invalid || problem == Problem::token_too_large;
  if (invalid) exchange.response.headers += challenges.invalid();
  const std::string sentence = sentence_of(exchange, row);
  write_detail(begin(exchange, row), sentence);
}

std::string tool_refusal(const Exchange& exchange, Problem problem, std::string_view tool, std::string_view withheld) {
  if (problem == Problem::tool_not_granted) return not_granted(exchange, tool);
  if (problem != Problem::other_user) return not_released(exchange, tool, withheld);
  return runtime_and_tool(exchange, " asked for", tool).append(" for a user that its token does not belong to.");
}

void answer_tool_refused(Exchange& exchange, Problem problem, std::string_view tool, std::string_view withheld) {
  const std::string sentence = tool_refusal(exchange, problem, tool, withheld);
  write_detail(begin(exchange, row_of(problem)), sentence);
}

void answer(Exchange& exchange, const store::Failure& failure) {
  exchange.note = store::to_string(failure.code);
  if (const Faults faults = faults_of(failure); !faults.empty()) return answer(exchange, faults);
  switch (failure.code) {
    case store::Errc::quota_exceeded:
      return write_quota_body(begin(exchange, row_of(Problem::quota_exceeded)), failure.quota, place_of(failure));
    case store::Errc::too_many_secrets:
      return write_secrets_limit_body(begin(exchange, row_of(Problem::too_many_secrets)), failure.quota,
                                      place_of(failure));
    case store::Errc::name_taken:
    case store::Errc::default_taken:
      return failure.item ? answer_item(exchange, failure) : answer(exchange, problem_of(failure.code));
    case store::Errc::scope_lacking:
      return answer_scope_missing(exchange, failure.lacking,
                                  ", so it can neither grant it to a key nor change the rights of a key that has it.");
    default:
      return answer(exchange, problem_of(failure.code));
  }
}

void answer(Exchange& exchange, const Faults& faults) {
  Response& response = exchange.response;
  response.begin_again(422);
  write_faults(response.body, faults);
}

void note_failure(Exchange& exchange, const store::Failure& failure) {
  exchange.note = store::to_string(failure.code);
  exchange.problem = problem_of(failure.code);
}

}  // namespace tacit::http
