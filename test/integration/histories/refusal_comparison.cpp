// Compares refusals, and what may never be in an answer.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

#include "test/integration/histories/comparison.hpp"

namespace json = boost::json;

namespace tacit::test::model {
namespace {

bool names(const json::value& shown, const Fault& fault) {
  if (shown.at("loc") != json::value(fault.place)) return false;
  return fault.type.empty() || shown.at("type").as_string() == std::string_view(fault.type);
}

/// All faults at once; a default without its binding may be among them.
void compare_faults(const Session& session, const Answer& answer, const Refusals& refusals) {
  json::array shown = answer.at("detail").as_array();
  for (const Fault& fault : refusals.faults) {
    auto* const found =
        std::find_if(shown.begin(), shown.end(), [&](const json::value& each) { return names(each, fault); });
    if (found == shown.end()) {
      session.fail("no fault " + fault.type + " at " + json::serialize(fault.place) + " in " + answer.body);
    }
    shown.erase(found);
  }
  for (const json::value& more : shown) {
    const json::array& place = more.at("loc").as_array();
    const std::string field(place.back().is_string() ? place.back().as_string() : json::string());
    const bool of_binding = field == "is_default_for_tool" || field == "tool_name" || field == "tool_arg";
    session.require(of_binding || place.size() == 1, "a fault that is none: " + json::serialize(more));
  }
}

bool is(const json::object& detail, const char* limit, const char* used, const Excess& excess) {
  return detail.contains(limit) && detail.at(limit) == json::value(excess.limit) &&
         detail.at(used) == json::value(excess.used) && detail.at("requested") == json::value(excess.requested);
}

void compare_excess(const Session& session, const Answer& answer, const Refusals& refusals) {
  const json::object detail = answer.at("detail").as_object();
  const bool bytes = refusals.bytes && is(detail, "limit", "used", *refusals.bytes);
  const bool count = refusals.count && is(detail, "count_limit", "count", *refusals.count);
  session.require(bytes || count || refusals.is_batch, "other numbers in " + answer.body);
}

}  // namespace

void compare_refusal(const Session& session, const Answer& answer, const Refusals& refusals) {
  std::string expected;
  for (const int status : refusals.statuses()) expected += " " + std::to_string(status);
  session.require(refusals.statuses().contains(answer.status),
                  "status " + std::to_string(answer.status) + " instead of" + expected);
  if (answer.status == 422) return compare_faults(session, answer, refusals);
  if (answer.status == 413) return compare_excess(session, answer, refusals);
  session.require(answer.at("detail").is_string(), "an error that is no sentence");
}

void require_no_value(const Session& session, const std::string& sent, const std::string& received) {
  const json::value body = json::parse(sent);
  const json::value* value = body.is_object() ? body.get_object().if_contains("secret_value") : nullptr;
  if (value == nullptr || !value->is_string() || value->get_string().size() < 12) return;
  session.require(received.find(std::string(value->get_string())) == std::string::npos, "an answer has the value");
}

}  // namespace tacit::test::model
