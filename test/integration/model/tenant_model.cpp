#include "test/integration/model/tenant_model.hpp"

#include <algorithm>
#include <numeric>

namespace json = boost::json;

namespace tacit::test::model {
namespace {

Text text_of(const json::object& body, std::string_view field) {
  const json::value* value = body.if_contains(field);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return std::string(value->get_string());
}

bool flag_of(const json::object& body, std::string_view field) {
  const json::value* value = body.if_contains(field);
  return value != nullptr && value->is_bool() && value->get_bool();
}

bool is_null(const json::object& body, std::string_view field) {
  const json::value* value = body.if_contains(field);
  return value != nullptr && value->is_null();
}

/// Everything that a NewSecret says.
void take_all(Secret& secret, const json::object& body) {
  secret.name = *text_of(body, "secret_name");
  secret.tool_name = text_of(body, "tool_name");
  secret.tool_arg = text_of(body, "tool_arg");
  secret.is_default = flag_of(body, "is_default_for_tool");
  secret.expires_at = text_of(body, "expires_at");
}

/// What a SecretUpdate says, but for the value.
void take_given(Secret& secret, const json::object& body) {
  if (const Text name = text_of(body, "secret_name")) secret.name = *name;
  if (body.contains("tool_name")) secret.tool_name = text_of(body, "tool_name");
  if (body.contains("tool_arg")) secret.tool_arg = text_of(body, "tool_arg");
  if (body.contains("expires_at")) secret.expires_at = text_of(body, "expires_at");
  const json::value* flag = body.if_contains("is_default_for_tool");
  if (flag != nullptr && flag->is_bool()) secret.is_default = flag->get_bool();
}

}  // namespace

std::uint64_t Secret::bytes() const {
  return name.size() + current.value.size() + tool_name.value_or("").size() + tool_arg.value_or("").size();
}

void Secret::changes() {
  if (!tag.empty()) former_tags.insert(tag);
  if (!updated_at.empty()) updated_before = updated_at;
  tag.clear();
  updated_at.clear();
}

std::uint64_t TenantModel::used() const {
  return std::accumulate(secrets.begin(), secrets.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Secret& secret) { return sum + secret.bytes(); });
}

Secret* TenantModel::by_id(const std::string& id) {
  const auto found = std::find_if(secrets.begin(), secrets.end(), [&](const Secret& each) { return each.id == id; });
  return found == secrets.end() ? nullptr : &*found;
}

const Secret* TenantModel::by_name(const std::string& name) const {
  const auto found =
      std::find_if(secrets.begin(), secrets.end(), [&](const Secret& each) { return each.name == name; });
  return found == secrets.end() ? nullptr : &*found;
}

Secret* TenantModel::by_name(const std::string& name) {
  return const_cast<Secret*>(std::as_const(*this).by_name(name));
}

void judge(const Condition& condition, const Secret* secret, Refusals& refusals) {
  const auto names = [&](const std::string& tag) { return secret != nullptr && (tag == "*" || tag == secret->tag); };
  if (!condition.tags.empty() && std::none_of(condition.tags.begin(), condition.tags.end(), names)) {
    refusals.unmet = true;
  }
  if (condition.create_only && secret != nullptr) refusals.unmet = true;
}

void TenantModel::admit(const Secret* before, const Secret& after, Refusals& refusals) const {
  if (after.is_default && (!after.tool_name || !after.tool_arg)) refusals.unbound_default = true;
  for (const Secret& other : secrets) {
    if (&other == before) continue;
    if (other.name == after.name) refusals.conflict = true;
    if (other.is_default && after.is_default && other.tool_name == after.tool_name &&
        other.tool_arg == after.tool_arg) {
      refusals.conflict = true;
    }
  }
  const std::uint64_t present = used();
  const std::uint64_t wanted = present + after.bytes() - (before == nullptr ? 0 : before->bytes());
  if (wanted > present && wanted > byte_limit) refusals.bytes = Excess{byte_limit, present, wanted};
  if (before == nullptr && secrets.size() + 1 > count_limit) {
    refusals.count = Excess{count_limit, secrets.size(), secrets.size() + 1};
  }
}

void TenantModel::replace_value(const Secret& before, Secret& secret, const std::string& value) const {
  secret.previous.push_back(secret.current);
  secret.previous.back().tool_name = before.tool_name;
  secret.previous.back().tool_arg = before.tool_arg;
  if (secret.previous.size() > versions_kept) {
    secret.previous.erase(secret.previous.begin(), secret.previous.end() - static_cast<std::ptrdiff_t>(versions_kept));
  }
  Version fresh;
  fresh.number = secret.current.number + 1;
  fresh.value = value;
  secret.current = fresh;
}

Refusals TenantModel::create(const json::object& body) {
  Refusals refusals;
  refusals.faults = faults_of(body, true);
  if (!refusals.faults.empty()) return refusals;
  Secret made;
  take_all(made, body);
  made.current.value = *text_of(body, "secret_value");
  admit(nullptr, made, refusals);
  if (refusals.any()) return refusals;
  secrets.push_back(made);
  audits("secret.create");
  return refusals;
}

Refusals TenantModel::create_all(const json::array& bodies) {
  Refusals all;
  all.is_batch = true;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const json::array place = {"body", "secrets", i};
    const std::vector<Fault> faults = faults_of(bodies[i].as_object(), true, place);
    all.faults.insert(all.faults.end(), faults.begin(), faults.end());
  }
  if (!all.faults.empty()) return all;
  TenantModel copy = *this;
  for (const json::value& body : bodies) {
    Secret made;
    take_all(made, body.as_object());
    made.current.value = *text_of(body.as_object(), "secret_value");
    copy.admit(nullptr, made, all);
    copy.secrets.push_back(made);
    copy.audits("secret.create");
  }
  if (!all.any()) *this = copy;
  return all;
}

Refusals TenantModel::put(const json::object& body, const Condition& condition) {
  Refusals refusals;
  refusals.faults = faults_of(body, true);
  if (!refusals.faults.empty()) return refusals;
  Secret* const present = by_name(*text_of(body, "secret_name"));
  judge(condition, present, refusals);
  Secret after = present == nullptr ? Secret{} : *present;
  const std::string value = *text_of(body, "secret_value");
  if (present == nullptr) {
    after.current.value = value;
  } else {
    replace_value(*present, after, value);
    after.changes();
  }
  take_all(after, body);
  admit(present, after, refusals);
  if (refusals.any()) return refusals;
  audits(present == nullptr ? "secret.create" : "secret.update");
  if (present != nullptr) {
    *present = after;
  } else {
    secrets.push_back(after);
  }
  return refusals;
}

Refusals TenantModel::update(const std::string& id, const json::object& body, const Condition& condition) {
  Refusals refusals;
  refusals.faults = faults_of(body, false);
  Secret* const present = by_id(id);
  refusals.not_found = present == nullptr;
  judge(condition, present, refusals);
  const bool unbinds = is_null(body, "tool_name") || is_null(body, "tool_arg");
  if (unbinds && flag_of(body, "is_default_for_tool")) refusals.unbound_default = true;
  if (present == nullptr || !refusals.faults.empty()) return refusals;
  Secret after = *present;
  take_given(after, body);
  const Text value = text_of(body, "secret_value");
  const bool differs = after.name != present->name || after.tool_name != present->tool_name ||
                       after.tool_arg != present->tool_arg || after.is_default != present->is_default ||
                       after.expires_at != present->expires_at;
  if (value) replace_value(*present, after, *value);
  const bool discards = flag_of(body, "discard_previous") && !after.previous.empty();
  if (discards) after.previous.clear();
  admit(present, after, refusals);
  if (refusals.any()) return refusals;
  if (!differs && !value && !discards) return refusals;
  after.changes();
  *present = after;
  audits("secret.update");
  return refusals;
}

Refusals TenantModel::erase(const std::string& id, const Condition& condition) {
  Refusals refusals;
  const Secret* const present = by_id(id);
  refusals.not_found = present == nullptr;
  judge(condition, present, refusals);
  if (refusals.any()) return refusals;
  secrets.erase(secrets.begin() + (present - secrets.data()));
  audits("secret.delete");
  return refusals;
}

Refusals TenantModel::roll_back(const std::string& id, int version, const Condition& condition) {
  Refusals refusals;
  Secret* const present = by_id(id);
  refusals.not_found = present == nullptr;
  judge(condition, present, refusals);
  if (present == nullptr) return refusals;
  if (version == present->current.number) refusals.conflict = true;
  const auto old = std::find_if(present->previous.begin(), present->previous.end(),
                                [&](const Version& each) { return each.number == version; });
  if (old == present->previous.end()) {
    refusals.not_found = !refusals.conflict;
    return refusals;
  }
  if (old->tool_name != present->tool_name || old->tool_arg != present->tool_arg) refusals.conflict = true;
  Secret after = *present;
  after.previous.erase(after.previous.begin() + (old - present->previous.begin()));
  replace_value(*present, after, old->value);
  after.changes();
  admit(present, after, refusals);
  if (refusals.any()) return refusals;
  *present = after;
  audits("secret.rollback");
  return refusals;
}

Refusals TenantModel::erase_version(const std::string& id, int version, const Condition& condition) {
  Refusals refusals;
  Secret* const present = by_id(id);
  refusals.not_found = present == nullptr;
  judge(condition, present, refusals);
  if (present == nullptr) return refusals;
  if (version == present->current.number) refusals.conflict = true;
  const auto old = std::find_if(present->previous.begin(), present->previous.end(),
                                [&](const Version& each) { return each.number == version; });
  if (old == present->previous.end()) refusals.not_found = !refusals.conflict;
  if (refusals.any()) return refusals;
  present->previous.erase(old);
  present->changes();
  audits("secret.version_delete");
  return refusals;
}

void TenantModel::forget_unnoted_uses() {
  for (Secret& secret : secrets) {
    for (auto& [use, count] : secret.uses) count.least = count.shown;
    secret.released_to.clear();
  }
}

void TenantModel::audits(const std::string& action, Count more) {
  Count& count = audited[action];
  count.least += more.least;
  count.most += more.most;
}

}  // namespace tacit::test::model
