// The faults of bodies: types, lengths, and instants.
#include "test/integration/model/refusals.hpp"
#include "test/integration/model/rules.hpp"

namespace json = boost::json;

namespace tacit::test::model {
namespace {

struct Field {
  const char* name;
  std::size_t least;
  std::size_t most;
  bool required;  ///< in a NewSecret
  bool nullable;  ///< in a NewSecret
};

constexpr Field texts[] = {{"secret_name", 1, 1024, true, false},
                           {"secret_value", 4, 1024, true, false},
                           {"tool_name", 1, 1024, false, true},
                           {"tool_arg", 1, 1024, false, true}};

/// Empty: there is none.
std::string text_fault(const Field& field, const json::value* value, bool is_new) {
  if (value == nullptr) return is_new && field.required ? "missing" : "";
  if (value->is_null()) return is_new && !field.nullable ? "string_type" : "";
  if (!value->is_string()) return "string_type";
  const std::size_t length = code_points(value->get_string()).size();
  if (length < field.least) return "string_too_short";
  return length > field.most ? "string_too_long" : "";
}

bool is_bad_flag(const json::value* value) { return value != nullptr && !value->is_null() && !value->is_bool(); }

bool is_bad_expiry(const json::value* value) {
  if (value == nullptr || value->is_null()) return false;
  return !value->is_string() || !value->get_string().ends_with('Z') || std::string_view(value->get_string()) <= now();
}

}  // namespace

std::vector<Fault> faults_of(const json::object& body, bool is_new, const json::array& place) {
  std::vector<Fault> faults;
  const auto add = [&](const std::string& type, const char* field) {
    json::array where = place;
    where.emplace_back(field);
    faults.push_back({type, where});
  };
  for (const Field& field : texts) {
    const std::string fault = text_fault(field, body.if_contains(field.name), is_new);
    if (!fault.empty()) add(fault, field.name);
  }
  if (is_bad_flag(body.if_contains("is_default_for_tool"))) add("", "is_default_for_tool");
  if (is_bad_expiry(body.if_contains("expires_at"))) add("", "expires_at");
  if (!is_new && is_bad_flag(body.if_contains("discard_previous"))) add("", "discard_previous");
  return faults;
}

}  // namespace tacit::test::model
