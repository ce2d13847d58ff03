#include "http/api/api_key_bodies.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "auth/model/scope_names.hpp"
#include "crypto/text/sentence.hpp"
#include "crypto/text/utf8.hpp"
#include "http/json/date_time.hpp"
#include "http/json/json_fields.hpp"
#include "http/json/json_reader.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::http {
namespace {

constexpr limits::Length expiry_text{0, 64};  // a longer text is no date-time

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
  TextField<std::string> expires_at{expiry_text};

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

void check_instant(std::int64_t instant, std::int64_t now, Faults& faults) {
  using namespace std::chrono;
  constexpr sys_time<microseconds> past_last = sys_days(year(9999) / January / 1);
  Loc loc{"body", "expires_at"};
  if (instant <= now) {
    faults.push_back(datetime_future(std::move(loc)));
  } else if (instant >= past_last.time_since_epoch().count()) {
    faults.push_back(less_than(std::move(loc), "9999-01-01T00:00:00Z"));
  }
}

/// Null is accepted.
void check_expiry(const TextField<std::string>& field, std::int64_t now, std::optional<std::int64_t>& instant,
                  Faults& faults) {
  Loc loc{"body", "expires_at"};
  if (field.given() == Given::wrong) return faults.push_back(datetime_type(std::move(loc)));
  if (!field.has_value()) return;
  const auto parsed = parse_date_time(field.view());
  const auto* const error = std::get_if<DateTimeError>(&parsed);
  if (error != nullptr && error->words.empty()) return faults.push_back(timezone_aware(std::move(loc)));
  if (error != nullptr) return faults.push_back(datetime_parsing(std::move(loc), error->words));
  instant = std::get<std::int64_t>(parsed);
  check_instant(*instant, now, faults);
}

}  // namespace

Parsed<NewApiKey> parse_new_api_key(std::string_view body, std::int64_t now) {
  ApiKeyFields fields;
  if (Faults faults = fields.read(body); !faults.empty()) return faults;
  Faults faults;
  NewApiKey key;
  check_name(fields.name, true, faults);
  fields.scopes.check(true, faults);
  check_expiry(fields.expires_at, now, key.expires_at, faults);
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
  check_expiry(fields.expires_at, now, expires_at, faults);
  if (!faults.empty()) return faults;
  store::ApiKeyUpdate update;
  if (fields.name.has_value()) update.name = fields.name.value();
  if (fields.scopes.has_value()) update.scopes = fields.scopes.value();
  if (fields.expires_at.given() != Given::absent) update.expires_at.emplace(expires_at);
  return update;
}

}  // namespace tacit::http
