#include "http/api/api_key_bodies.hpp"

#include <algorithm>
#include <array>

#include "auth/model/scope_names.hpp"
#include "crypto/text/sentence.hpp"
#include "crypto/text/utf8.hpp"
#include "http/json/instant_field.hpp"
#include "http/json/json_fields.hpp"
#include "http/json/json_reader.hpp"

namespace tacit::http {
namespace {

/// The names of all scopes, for a message.
const std::string& known_scopes() {
  static const std::string text = crypto::joined(auth::scope_names(auth::every_scope), ", ", " or ", "'");
  return text;
}

/// A list of scopes' names.
class ScopesField final : public ContainerField {
 public:
  ScopesField() : ContainerField("scopes", limits::scope_items, JsonEvent::Kind::array_begin) {}
  bool has_value() const { return given_ == Given::value; }
  store::Scope value() const { return scopes_; }

  void check(bool needed, Faults& faults) const {
    if (given_ == Given::absent && needed) {
      faults.push_back(missing(Loc{"body", name_}));
    } else if (given_ == Given::wrong || (given_ == Given::null && needed)) {
      faults.push_back(list_type(Loc{"body", name_}));
    } else if (given_ == Given::value && count_ == 0) {
      faults.push_back(too_short(Loc{"body", name_}, "List", 1, 0));
    } else if (given_ == Given::value && !store::can_combine(scopes_)) {
      check_items("List", faults);
      faults.push_back(value_error(Loc{"body", name_}, "tools:use cannot be combined with other scopes"));
    } else {
      check_items("List", faults);
    }
  }

 private:
  void take_inner(const JsonEvent& event) override {
    const bool is_text = event.kind == JsonEvent::Kind::text || event.kind == JsonEvent::Kind::text_part;
    if (is_text) item_.append(event.text);
    if (event.kind == JsonEvent::Kind::text_part) return;
    BoundedText<std::string> item = std::exchange(item_, BoundedText<std::string>(item_length));
    const std::size_t index = count_++;
    if (index >= max_items_) return;
    const bool whole = is_text && item.code_points() <= item_length.max;
    const auto scope = whole ? auth::scope_of(item.view()) : std::nullopt;
    if (scope) {
      scopes_ = scopes_ | *scope;
    } else {
      item_faults_.push_back(literal_error(Loc{"body", name_, std::uint64_t{index}}, known_scopes()));
    }
  }

  static constexpr limits::Length item_length{0, 32};  // longer than the longest name
  BoundedText<std::string> item_{item_length};
  store::Scope scopes_ = store::Scope::none;
};

struct ApiKeyFields {
  TextField<std::string> name{limits::api_key_name};
  ScopesField scopes;
  InstantField expires_at;

  Faults read(std::string_view body) {
    const std::array members{JsonMember{"name", &name}, JsonMember{"scopes", &scopes},
                             JsonMember{"expires_at", &expires_at}};
    return read_json(body, members);
  }
};

void check_name(const TextField<std::string>& name, bool needed, Faults& faults) {
  const std::size_t before = faults.size();
  if (needed) {
    require(name, "name", faults);
  } else {
    name.check("name", true, faults);
  }
  // The operator's tables and logs could not show them.
  if (faults.size() == before && name.has_value() && crypto::has_control_characters(name.view())) {
    faults.push_back(value_error(Loc{"body", "name"}, "name has control characters"));
  }
}

}  // namespace

Parsed<NewApiKey> parse_new_api_key(std::string_view body, std::int64_t now) {
  ApiKeyFields fields;
  if (Faults faults = fields.read(body); !faults.empty()) return faults;
  Faults faults;
  NewApiKey key;
  check_name(fields.name, true, faults);
  fields.scopes.check(true, faults);
  fields.expires_at.check("expires_at", now, key.expires_at, faults);
  if (!faults.empty()) return faults;
  key.name = fields.name.value();
  key.scopes = fields.scopes.value();
  return key;
}

Parsed<store::ApiKeyUpdate> parse_api_key_update(std::string_view body, std::int64_t now) {
  ApiKeyFields fields;
  if (Faults faults = fields.read(body); !faults.empty()) return faults;
  Faults faults;
  std::optional<std::int64_t> expires_at;
  check_name(fields.name, false, faults);
  fields.scopes.check(false, faults);
  fields.expires_at.check("expires_at", now, expires_at, faults);
  if (!faults.empty()) return faults;
  store::ApiKeyUpdate update;
  if (fields.name.has_value()) update.name = fields.name.value();
  if (fields.scopes.has_value()) update.scopes = fields.scopes.value();
  if (fields.expires_at.given() != Given::absent) update.expires_at.emplace(expires_at);
  return update;
}

}  // namespace tacit::http
