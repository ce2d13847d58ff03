#include "http/api/request_bodies.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "http/json/instant_field.hpp"
#include "http/json/json_fields.hpp"
#include "http/json/json_reader.hpp"
#include "http/json/object_list_field.hpp"

namespace tacit::http {
namespace {

/// The fields that a new secret and an update share.
struct SecretFields {
  explicit SecretFields(const SecretRules& rules) : value({limits::secret_value.min, rules.value_limit}) {}

  TextField<std::string> name{limits::secret_name};
  TextField<crypto::WipedBytes> value;
  TextField<std::string> tool_name{limits::tool_name};
  TextField<std::string> tool_arg{limits::tool_arg};
  BoolField is_default;
  InstantField expires_at;

  using Members = std::array<JsonMember, 6>;
  Members members() {
    return {JsonMember{"secret_name", &name},
            JsonMember{"secret_value", &value},
            JsonMember{"tool_name", &tool_name},
            JsonMember{"tool_arg", &tool_arg},
            JsonMember{"is_default_for_tool", &is_default},
            JsonMember{.name = "expires_at", .target = &expires_at, .added = true}};
  }

  /// Whether a requested default certainly lacks a tool or an argument; fields with other faults do not count.
  bool default_lacks(Given how) const {
    return is_default.value() && (tool_name.given() == how || tool_arg.given() == how);
  }

  /// Reports what is wrong with the fields that may be null. Returns when the secret expires.
  std::optional<std::int64_t> check_optional(std::int64_t now, Faults& faults) const {
    tool_name.check("tool_name", true, faults);
    tool_arg.check("tool_arg", true, faults);
    is_default.check("is_default_for_tool", faults);
    std::optional<std::int64_t> expiry;
    expires_at.check("expires_at", now, expiry, faults);
    return expiry;
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

store::InstantChange change_of(const InstantField& field, const std::optional<std::int64_t>& instant) {
  using Kind = store::FieldChange::Kind;
  if (instant) return {Kind::set, *instant};
  return {field.given() == Given::null ? Kind::clear : Kind::keep, 0};
}

Parsed<store::NewSecret> new_secret(SecretFields& fields, const SecretRules& rules) {
  Faults faults;
  require(fields.name, "secret_name", faults);
  require(fields.value, "secret_value", faults);
  const auto expires_at = fields.check_optional(rules.now, faults);
  if (fields.default_lacks(Given::absent) || fields.default_lacks(Given::null)) faults.push_back(default_unbound());
  if (!faults.empty()) return faults;
  return store::NewSecret{.name = fields.name.value(),
                          .value = fields.value.value(),
                          .tool_name = optional_text(fields.tool_name),
                          .tool_arg = optional_text(fields.tool_arg),
                          .is_default_for_tool = fields.is_default.value(),
                          .expires_at = expires_at};
}

class BatchField final : public ObjectListField {
 public:
  explicit BatchField(const SecretRules& rules) : ObjectListField("secrets", limits::batch_items), rules_(rules) {}

  using ObjectListField::check;
  std::vector<store::NewSecret> value() { return std::move(secrets_); }  ///< once, without faults

 private:
  std::span<const JsonMember> begin_item() override {
    fields_.emplace(rules_);
    members_ = fields_->members();
    return members_;
  }
  Faults end_item(const UnknownMembers&) override {
    auto secret = new_secret(*fields_, rules_);
    if (!secret) return secret.error();
    secrets_.push_back(std::move(*secret));
    return {};
  }

  const SecretRules& rules_;
  std::optional<SecretFields> fields_;
  SecretFields::Members members_{};
  std::vector<store::NewSecret> secrets_;
};

}  // namespace

Parsed<store::NewSecret> parse_new_secret(std::string_view body, const SecretRules& rules) {
  SecretFields fields(rules);
  const auto members = fields.members();
  if (Faults faults = read_json(body, members); !faults.empty()) return faults;
  return new_secret(fields, rules);
}

Parsed<std::vector<store::NewSecret>> parse_batch(std::string_view body, const SecretRules& rules) {
  BatchField secrets(rules);
  const std::array members{JsonMember{"secrets", &secrets}};
  if (Faults faults = read_json(body, members); !faults.empty()) return faults;
  Faults faults;
  secrets.check(faults);
  if (!faults.empty()) return faults;
  return secrets.value();
}

Parsed<store::SecretUpdate> parse_secret_update(std::string_view body, const SecretRules& rules) {
  SecretFields fields(rules);
  BoolField discard;
  const auto shared = fields.members();
  std::array<JsonMember, shared.size() + 1> members{};
  std::copy(shared.begin(), shared.end(), members.begin());
  members.back() = {.name = "discard_previous", .target = &discard, .added = true};
  if (Faults faults = read_json(body, members); !faults.empty()) return faults;
  Faults faults;
  fields.name.check("secret_name", true, faults);
  fields.value.check("secret_value", true, faults);
  const auto expires_at = fields.check_optional(rules.now, faults);
  discard.check("discard_previous", faults);
  // Omitted fields may have values in the stored secret, so the store checks that.
  if (fields.default_lacks(Given::null)) faults.push_back(default_unbound());
  if (!faults.empty()) return faults;
  store::SecretUpdate update;
  update.name = optional_text(fields.name);
  if (fields.value.has_value()) update.value = fields.value.value();
  update.tool_name = change_of(fields.tool_name);
  update.tool_arg = change_of(fields.tool_arg);
  if (fields.is_default.has_value()) update.is_default_for_tool = fields.is_default.value();
  update.expires_at = change_of(fields.expires_at, expires_at);
  update.discard_previous = discard.value();
  return update;
}

Parsed<VersionNumber> parse_rollback(std::string_view body) {
  IntField version;
  const std::array members{JsonMember{"version", &version}};
  if (Faults faults = read_json(body, members); !faults.empty()) return faults;
  Faults faults;
  version.require("version", faults);
  if (!faults.empty()) return faults;
  return VersionNumber{version.value()};
}

}  // namespace tacit::http
