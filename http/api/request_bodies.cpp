#include "http/api/request_bodies.hpp"

#include <algorithm>
#include <array>

#include "http/json/json_fields.hpp"
#include "http/json/json_reader.hpp"
#include "http/json/uuid_text.hpp"
#include "store/model/tool_pattern.hpp"

namespace tacit::http {
namespace {

/// The five fields that a new secret and an update share.
struct SecretFields {
  TextField<std::string> name{limits::secret_name};
  TextField<crypto::WipedBytes> value{limits::secret_value};
  TextField<std::string> tool_name{limits::tool_name};
  TextField<std::string> tool_arg{limits::tool_arg};
  BoolField is_default;

  Faults read(std::string_view body) {
    const std::array members{JsonMember{"secret_name", &name}, JsonMember{"secret_value", &value},
                             JsonMember{"tool_name", &tool_name}, JsonMember{"tool_arg", &tool_arg},
                             JsonMember{"is_default_for_tool", &is_default}};
    return read_json(body, members);
  }

  /// Whether a requested default certainly lacks a tool or an argument; fields with other faults do not count.
  bool default_lacks(Given how) const {
    return is_default.value() && (tool_name.given() == how || tool_arg.given() == how);
  }
};

std::optional<std::string> optional_text(TextField<std::string>& field) {
  if (!field.has_value()) return std::nullopt;
  return field.value();
}

store::FieldChange change_of(TextField<std::string>& field) {
  using FieldChange = store::FieldChange;
  switch (field.given()) {
    case Given::null:
      return {FieldChange::Kind::clear, {}};
    case Given::value:
      return {FieldChange::Kind::set, field.value()};
    default:
      return {};
  }
}

constexpr limits::Length uuid_length{0, 45};  // the longest form is urn:uuid: and 36 characters

void check_user_id(const TextField<std::string>& field, crypto::Uuid& id, Faults& faults) {
  Loc loc{"body", "user_id"};
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

}  // namespace

Parsed<store::NewSecret> parse_new_secret(std::string_view body) {
  SecretFields fields;
  if (Faults faults = fields.read(body); !faults.empty()) return faults;
  Faults faults;
  require(fields.name, "secret_name", faults);
  require(fields.value, "secret_value", faults);
  fields.tool_name.check("tool_name", true, faults);
  fields.tool_arg.check("tool_arg", true, faults);
  fields.is_default.check("is_default_for_tool", faults);
  if (fields.default_lacks(Given::absent) || fields.default_lacks(Given::null)) faults.push_back(default_unbound());
  if (!faults.empty()) return faults;
  return store::NewSecret{.name = fields.name.value(),
                          .value = fields.value.value(),
                          .tool_name = optional_text(fields.tool_name),
                          .tool_arg = optional_text(fields.tool_arg),
                          .is_default_for_tool = fields.is_default.value()};
}

Parsed<store::SecretUpdate> parse_secret_update(std::string_view body) {
  SecretFields fields;
  if (Faults faults = fields.read(body); !faults.empty()) return faults;
  Faults faults;
  fields.name.check("secret_name", true, faults);
  fields.value.check("secret_value", true, faults);
  fields.tool_name.check("tool_name", true, faults);
  fields.tool_arg.check("tool_arg", true, faults);
  fields.is_default.check("is_default_for_tool", faults);
  // Omitted fields may have values in the stored secret, so the store checks that.
  if (fields.default_lacks(Given::null)) faults.push_back(default_unbound());
  if (!faults.empty()) return faults;
  store::SecretUpdate update;
  update.name = optional_text(fields.name);
  if (fields.value.has_value()) update.value = fields.value.value();
  update.tool_name = change_of(fields.tool_name);
  update.tool_arg = change_of(fields.tool_arg);
  if (fields.is_default.has_value()) update.is_default_for_tool = fields.is_default.value();
  return update;
}

Parsed<store::ResolveQuery> parse_resolve(std::string_view body) {
  TextField<std::string> user_id(uuid_length);
  TextField<std::string> tool_name(limits::tool_name);
  TextListField provided("provided_args", limits::resolve_items, limits::tool_arg);
  TextMapField secrets("secrets", limits::resolve_items, limits::tool_arg, limits::secret_name);
  const std::array members{JsonMember{"user_id", &user_id}, JsonMember{"tool_name", &tool_name},
                           JsonMember{"provided_args", &provided}, JsonMember{"secrets", &secrets}};
  UnknownMembers unknown;
  if (Faults faults = read_json(body, members, &unknown); !faults.empty()) return faults;
  Faults faults;
  store::ResolveQuery query;
  check_user_id(user_id, query.tenant, faults);
  check_tool(tool_name, faults);
  provided.check(faults);
  secrets.check(faults);
  for (std::string& name : unknown) faults.push_back(extra_forbidden(Loc{"body", SentName{std::move(name)}}));
  if (!faults.empty()) return faults;
  query.tool_name = tool_name.value();
  query.provided_args = provided.value();
  query.secrets = secrets.value();
  std::erase_if(query.provided_args, [&](const std::string& argument) {
    return std::ranges::any_of(query.secrets, [&](const auto& named) { return named.first == argument; });
  });
  return query;
}

}  // namespace tacit::http
