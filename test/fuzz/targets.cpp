// Request targets: routes, percent-encoding and queries.
#include "http/api/list_cursor.hpp"
#include "http/api/list_query.hpp"
#include "http/api/path_id.hpp"
#include "http/api/query_parameters.hpp"
#include "http/api/routes.hpp"
#include "http/wire/target.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  return out;
}

void check_faults(const http::Faults& faults) {
  TACIT_HOLDS(!faults.empty());
  crypto::WipedBytes out;
  http::write_faults(out, faults);
}

void check_query(std::string_view query) {
  const auto list = http::parse_list_query(query);
  if (!list) {
    check_faults(list.error());
  } else if (list->limit) {
    TACIT_HOLDS(*list->limit >= 1 && *list->limit <= 1000);
  }
  if (list && list->after) {
    crypto::WipedBytes cursor;
    http::write_list_cursor(cursor, list->after);
    const std::string_view text = cursor.text().substr(1, cursor.size() - 2);  // without its quotes
    TACIT_HOLDS(http::read_list_cursor(text) == list->after);
  }
  const auto view = http::parse_view(query);
  if (!view) check_faults(view.error());
}

void check_target(std::string_view target) {
  const std::string_view fault = http::target_fault(target);
  http::RequestHead head;
  head.method = http::Method::get;
  head.target = target;
  const std::size_t question = target.find('?');
  head.path = target.substr(0, question);
  if (question != std::string_view::npos) head.query = target.substr(question + 1);
  for (const http::Plane plane : {http::Plane::api, http::Plane::tools, http::Plane::admin}) {
    const http::RouteMatch found = http::match(http::routes_of(plane), head);
    TACIT_HOLDS(fault.empty() || (found.route == nullptr && found.problem == http::Problem::malformed_request));
    if (found.route == nullptr) continue;
    TACIT_HOLDS(head.path.find("//") == std::string_view::npos && head.path.find("..") == std::string_view::npos);
    if (found.path_id.empty()) continue;
    TACIT_HOLDS(head.path.find(found.path_id) != std::string_view::npos);
    const auto id = http::parse_path_id(found.path_id, "secret_id");
    if (!id) check_faults(id.error());
  }
  check_query(head.query);
}

Description describe() {
  const std::string id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
  return {.max_size = 1024,
          .seeds = {"/v1/user-secrets?limit=20&view=full", "/api/v1/user-secrets/" + id,
                    "/v1/user-secrets/" + id + "/versions/3?x", "/healthz", "/",
                    "/v1/user-secrets?tool_name=agno__%2A&secret_name=a+b&expires_before=2027-01-01T00:00:00Z",
                    "/v1/user-secrets?cursor=AAAAAAAAAAAAAAAAAAAAAA", "/a/%2e%2e/b", "//x", "/a%2Fb", "*", "http://x/"},
          .words = {"/",
                    "%2F",
                    "%2e",
                    "..",
                    "?",
                    "&",
                    "=",
                    "limit=",
                    "cursor=",
                    "view=full",
                    "tool_name=",
                    "secret_name=",
                    "expires_before=",
                    "/v1/user-secrets",
                    "/api",
                    "/v1/tools/resolve",
                    "/v1/api-keys/",
                    "{" + id + "}",
                    "urn:uuid:",
                    "%00",
                    "+",
                    "#"}};
}

void take(std::string_view input) {
  check_target(input);
  const auto decoded = http::percent_decode(input, false);
  TACIT_HOLDS(!decoded || decoded->size() <= input.size());
  for (const bool plus_is_space : {false, true}) {
    const auto back = http::percent_decode(percent_encoded(input), plus_is_space);
    TACIT_HOLDS(back && *back == input);
  }
}

const Target target("targets", describe, take);

}  // namespace
}  // namespace tacit::fuzz
