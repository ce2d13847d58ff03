#include "server/client/json_secrets.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "crypto/text/utf8.hpp"
#include "http/json/json_fault.hpp"
#include "http/json/json_reader.hpp"
#include "http/log/printable.hpp"

namespace tacit::server {
namespace {

using Kind = http::JsonEvent::Kind;

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t longest_shown = 60;

std::string in_quotes(std::string_view text) {
  std::string name = http::printable(text.substr(0, longest_shown));
  if (text.size() > longest_shown) name += "…";
  return "\"" + name + "\"";
}

/// Takes the whole file as the value of a member.
class SecretsTarget final : public http::JsonTarget {
 public:
  void take(const http::JsonEvent& event) override;
  const std::string& fault() const { return fault_; }
  std::vector<NewSecret>& secrets() { return secrets_; }

 private:
  void begin_file(const http::JsonEvent& event);
  void take_pair(const http::JsonEvent& event);
  void take_item(const http::JsonEvent& event);
  void take_field(const http::JsonEvent& event);
  void set_text(std::string_view text, bool last);
  std::string item() const { return "secret " + std::to_string(secrets_.size()); }
  void fail(std::string why) {
    if (fault_.empty()) fault_ = std::move(why);
  }

  bool is_array_ = false;
  std::size_t depth_ = 0;
  std::string key_;   ///< of the member being read
  std::string text_;  ///< its text so far, unless it is the value
  bool has_value_ = false;
  bool has_name_ = false;
  std::string fault_;
  std::vector<NewSecret> secrets_;
};

void SecretsTarget::begin_file(const http::JsonEvent& event) {
  is_array_ = event.kind == Kind::array_begin;
  if (!is_array_ && event.kind != Kind::object_begin) return fail("is neither an array nor an object");
  depth_ = 1;
}

// {"NAME": "value", …}
void SecretsTarget::take_pair(const http::JsonEvent& event) {
  switch (event.kind) {
    case Kind::key:
      secrets_.emplace_back().name = event.text;
      return;
    case Kind::text_part:
    case Kind::text:
      secrets_.back().value.append(event.text);
      return;
    case Kind::object_end:
      depth_ = 0;
      return;
    default:
      fail("the value of " + in_quotes(secrets_.back().name) + " is not a string");
  }
}

void SecretsTarget::set_text(std::string_view part, bool last) {
  NewSecret& secret = secrets_.back();
  if (key_ == "secret_value") {
    secret.value.append(part);
    has_value_ = has_value_ || last;
    return;
  }
  text_.append(part);
  if (!last) return;
  std::string text = std::exchange(text_, std::string());
  if (key_ == "secret_name") {
    secret.name = std::move(text);
    has_name_ = true;
  } else if (key_ == "tool_name") {
    secret.tool_name = std::move(text);
  } else if (key_ == "tool_arg") {
    secret.tool_arg = std::move(text);
  } else if (key_ == "expires_at") {
    secret.expires_at = std::move(text);
  } else {
    fail(item() + ": " + key_ + " is not a string");
  }
}

void SecretsTarget::take_field(const http::JsonEvent& event) {
  if (event.kind == Kind::key) {
    constexpr std::array known{"secret_name", "secret_value",        "tool_name",
                               "tool_arg",    "is_default_for_tool", "expires_at"};
    key_ = event.text;
    // A misspelt field would leave a secret unbound.
    if (std::ranges::find(known, key_) == known.end()) fail(item() + ": " + in_quotes(key_) + " is not a field");
  } else if (event.kind == Kind::text || event.kind == Kind::text_part) {
    if (key_ == "is_default_for_tool") return fail(item() + ": is_default_for_tool is not true or false");
    set_text(event.text, event.kind == Kind::text);
  } else if (event.kind == Kind::boolean && key_ == "is_default_for_tool") {
    secrets_.back().is_default_for_tool = event.truth;
  } else if (event.kind == Kind::object_end) {
    if (!has_name_) fail(item() + ": secret_name is missing");
    if (!has_value_) fail(item() + ": secret_value is missing");
    depth_ = 1;
  } else if (event.kind != Kind::null || key_ == "secret_name" || key_ == "secret_value") {
    fail(item() + ": " + in_quotes(key_) + " has a value of a wrong type");
  }
}

// [{"secret_name": …}, …]
void SecretsTarget::take_item(const http::JsonEvent& event) {
  if (depth_ == 2) return take_field(event);
  if (event.kind == Kind::array_end) {
    depth_ = 0;
  } else if (event.kind == Kind::object_begin) {
    secrets_.emplace_back();
    has_name_ = has_value_ = false;
    depth_ = 2;
  } else {
    fail("has an entry that is not an object, after " + std::to_string(secrets_.size()) + " others");
  }
}

void SecretsTarget::take(const http::JsonEvent& event) {
  if (!fault_.empty()) return;
  if (depth_ == 0) return begin_file(event);
  if (is_array_) return take_item(event);
  take_pair(event);
}

/// The line of a byte of the text.
std::size_t line_of(std::string_view text, std::size_t offset) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, offset), '\n'));
}

}  // namespace

ParsedSecrets parse_json_secrets(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (!crypto::is_utf8(text)) return std::string("is not UTF-8");
  if (const auto fault = http::python_json_fault(text)) {
    return "line " + std::to_string(line_of(text, fault->offset)) + ": is not JSON: " + std::string(fault->words);
  }
  // The reader takes members of an object, so the file becomes the value of one.
  constexpr std::string_view member = "file";
  crypto::WipedBytes object;
  object.reserve(text.size() + 16);
  object.append(R"({"file":)");
  object.append(text);
  object.push_back('}');
  SecretsTarget target;
  const std::array members{http::JsonMember{member, &target}};
  if (!http::read_json(object.text(), members).empty()) {
    return std::string("is not JSON of RFC 8259: it has NaN, a repeated name, half a character, or is nested too deep");
  }
  if (!target.fault().empty()) return target.fault();
  return ParsedSecrets(std::move(target.secrets()));
}

}  // namespace tacit::server
