#include "http/api/tool_bodies.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "http/json/json_fields.hpp"
#include "http/json/json_reader.hpp"
#include "http/json/object_list_field.hpp"
#include "http/json/uuid_text.hpp"
#include "store/model/tool_pattern.hpp"

namespace tacit::http {
namespace {

constexpr limits::Length uuid_length{0, 45};  // the longest form is urn:uuid: and 36 characters
constexpr limits::Length outcome_length{0, 32};

void check_id(const TextField<std::string>& field, std::string_view name, crypto::Uuid& id, Faults& faults) {
  Loc loc{"body", name};
  if (field.given() == Given::absent) {
    faults.push_back(missing(std::move(loc)));
  } else if (!field.has_value()) {
    faults.push_back(uuid_type(std::move(loc)));
  } else if (field.code_points() > uuid_length.max) {
    faults.push_back(uuid_parsing(std::move(loc), "invalid length"));
  } else {
    auto parsed = parse_uuid_text(field.view());
    if (const auto* why = std::get_if<std::string>(&parsed)) {
      faults.push_back(uuid_parsing(std::move(loc), *why));
    } else {
      id = std::get<crypto::Uuid>(parsed);
    }
  }
}

void check_tool(const TextField<std::string>& field, Faults& faults) {
  const std::size_t before = faults.size();
  require(field, "tool_name", faults);
  if (faults.size() == before && store::is_pattern(field.view())) {
    faults.push_back(value_error(Loc{"body", "tool_name"}, "tool_name must be one tool's name, without *"));
  }
}

void forbid(const UnknownMembers& unknown, Faults& faults) {
  for (const std::string& name : unknown) faults.push_back(extra_forbidden(Loc{"body", SentName{name}}));
}

/// What a tool asks for, in a resolve and in each part of a resolve of several.
struct ToolFields {
  TextField<std::string> tool_name{limits::tool_name};
  TextListField provided{"provided_args", limits::resolve_items, limits::tool_arg};
  TextMapField secrets{"secrets", limits::resolve_items, limits::tool_arg, limits::secret_name};
  TextListField wanted{"wanted_args", limits::resolve_items, limits::tool_arg};

  using Members = std::array<JsonMember, 4>;
  Members members() {
    return {JsonMember{"tool_name", &tool_name}, JsonMember{"provided_args", &provided},
            JsonMember{"secrets", &secrets}, JsonMember{.name = "wanted_args", .target = &wanted, .added = true}};
  }

  void check(Faults& faults) const {
    check_tool(tool_name, faults);
    provided.check(faults);
    secrets.check(faults);
    wanted.check(faults);
  }

  ToolRequest take() {
    ToolRequest request;
    request.tool_name = tool_name.value();
    request.provided_args = provided.value();
    request.secrets = secrets.value();
    request.tells_missing = wanted.has_value();
    request.wanted_args = wanted.value();
    std::erase_if(request.provided_args, [&](const std::string& argument) {
      return std::ranges::any_of(request.secrets, [&](const auto& named) { return named.first == argument; });
    });
    return request;
  }
};

class ToolsField final : public ObjectListField {
 public:
  ToolsField() : ObjectListField("tools", store::most_tools) {}

  using ObjectListField::check;
  std::vector<ToolRequest> value() { return std::move(tools_); }  ///< once, without faults

 private:
  std::span<const JsonMember> begin_item() override {
    fields_.emplace();
    members_ = fields_->members();
    return members_;
  }
  Faults end_item(const UnknownMembers& unknown) override {
    Faults faults;
    fields_->check(faults);
    forbid(unknown, faults);
    if (faults.empty()) tools_.push_back(fields_->take());
    return faults;
  }

  std::optional<ToolFields> fields_;
  ToolFields::Members members_{};
  std::vector<ToolRequest> tools_;
};

}  // namespace

Parsed<ToolRequest> parse_resolve(std::string_view body) {
  TextField<std::string> user_id(uuid_length);
  ToolFields fields;
  const auto of_tool = fields.members();
  std::array<JsonMember, of_tool.size() + 1> members{JsonMember{"user_id", &user_id}};
  std::copy(of_tool.begin(), of_tool.end(), members.begin() + 1);
  UnknownMembers unknown;
  if (Faults faults = read_json(body, members, &unknown); !faults.empty()) return faults;
  Faults faults;
  crypto::Uuid tenant;
  check_id(user_id, "user_id", tenant, faults);
  fields.check(faults);
  forbid(unknown, faults);
  if (!faults.empty()) return faults;
  ToolRequest request = fields.take();
  request.tenant = tenant;
  return request;
}

Parsed<ToolRequests> parse_resolve_many(std::string_view body) {
  TextField<std::string> user_id(uuid_length);
  ToolsField tools;
  const std::array members{JsonMember{"user_id", &user_id}, JsonMember{"tools", &tools}};
  UnknownMembers unknown;
  if (Faults faults = read_json(body, members, &unknown); !faults.empty()) return faults;
  Faults faults;
  ToolRequests requests;
  check_id(user_id, "user_id", requests.tenant, faults);
  tools.check(faults);
  forbid(unknown, faults);
  if (!faults.empty()) return faults;
  requests.tools = tools.value();
  for (ToolRequest& request : requests.tools) request.tenant = requests.tenant;
  return requests;
}

Parsed<store::UseReport> parse_report(std::string_view body) {
  TextField<std::string> user_id(uuid_length);
  TextField<std::string> tool_name(limits::tool_name);
  TextField<std::string> secret_id(uuid_length);
  TextField<std::string> outcome(outcome_length);
  const std::array members{JsonMember{"user_id", &user_id}, JsonMember{"tool_name", &tool_name},
                           JsonMember{"secret_id", &secret_id}, JsonMember{"outcome", &outcome}};
  UnknownMembers unknown;
  if (Faults faults = read_json(body, members, &unknown); !faults.empty()) return faults;
  Faults faults;
  store::UseReport report;
  check_id(user_id, "user_id", report.tenant, faults);
  check_tool(tool_name, faults);
  check_id(secret_id, "secret_id", report.secret, faults);
  const bool known = outcome.code_points() <= outcome_length.max && outcome.view() == "rejected_upstream";
  if (outcome.given() == Given::absent) {
    faults.push_back(missing(Loc{"body", "outcome"}));
  } else if (!outcome.has_value() || !known) {
    faults.push_back(literal_error(Loc{"body", "outcome"}, "'rejected_upstream'"));
  }
  forbid(unknown, faults);
  if (!faults.empty()) return faults;
  report.tool_name = tool_name.value();
  return report;
}

}  // namespace tacit::http
