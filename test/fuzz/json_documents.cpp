// The two JSON readers against Boost.JSON: the document that decides identity, and the reader of bodies.
#include <boost/json/parse.hpp>

#include "auth/tokens/json_document.hpp"
#include "http/json/json_reader.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

namespace json = boost::json;

json::parse_options depth(std::size_t most) {
  json::parse_options options;
  options.max_depth = most;
  return options;
}

/// Writes the events of a member; numbers as #.
class Recorder final : public http::JsonTarget {
 public:
  void take(const http::JsonEvent& event) override {
    using Kind = http::JsonEvent::Kind;
    constexpr std::string_view marks = "nb##ssk[]{}";
    if (!in_text_) text.push_back(marks[static_cast<std::size_t>(event.kind)]);
    if (event.kind == Kind::boolean) text.push_back(event.truth ? '1' : '0');
    if (event.kind == Kind::text_part || event.kind == Kind::text || event.kind == Kind::key) text.append(event.text);
    in_text_ = event.kind == Kind::text_part;
  }
  std::string text;

 private:
  bool in_text_ = false;
};

void record(const json::value& value, std::string& out) {
  if (value.is_null()) out.push_back('n');
  if (value.is_number()) out.push_back('#');
  if (value.is_bool()) out.append(value.get_bool() ? "b1" : "b0");
  if (value.is_string()) out.append("s").append(value.get_string().data(), value.get_string().size());
  if (const json::array* const array = value.if_array()) {
    out.push_back('[');
    for (const json::value& element : *array) record(element, out);
    out.push_back(']');
  }
  if (const json::object* const object = value.if_object()) {
    out.push_back('{');
    for (const auto& member : *object) {
      out.append("k").append(member.key().data(), member.key().size());
      record(member.value(), out);
    }
    out.push_back('}');
  }
}

void check_document(std::string_view text, const std::optional<json::value>& document) {
  json::error_code error;
  const json::value expected = json::parse(text, error, {}, depth(auth::json_document_depth));
  const auto parts = auth::parse_json_parts(text, text.size());
  TACIT_HOLDS(parts.has_value() == !error);
  // Boost.JSON reads 0e999 as a NaN, which equals nothing.
  if (document) TACIT_HOLDS(!error && (*document == expected || !(expected == expected)));
  TACIT_HOLDS(!text.empty() ? !auth::parse_json_document(text, text.size() - 1) : true);
}

void check_body(std::string_view text, const std::optional<json::value>& document) {
  Recorder recorder;
  const http::JsonMember member{.name = "a", .target = &recorder};
  http::UnknownMembers unknown;
  const http::Faults faults = http::read_json(text, {&member, 1}, &unknown);
  TACIT_HOLDS(unknown.size() <= http::unknown_members);
  crypto::WipedBytes answer;
  http::write_faults(answer, faults);
  json::error_code error;
  if (!faults.empty()) {
    json::parse(answer.text(), error);
    TACIT_HOLDS(!error);
    // A document of an object without repeated names has no fault; only the exponents of the two differ.
    TACIT_HOLDS(!document || !document->is_object() || text.find_first_of("eE") != std::string_view::npos);
    return;
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.empty()) return;
  const json::value expected = json::parse(text, error, {}, depth(64));
  TACIT_HOLDS(!error && expected.is_object());
  std::string record_of_a;
  if (const json::value* const a = expected.get_object().if_contains("a")) record(*a, record_of_a);
  TACIT_HOLDS(recorder.text == record_of_a);
}

Description describe() {
  std::string deep(20, '[');
  deep += std::string(20, ']');
  return {
      .max_size = 1024,
      .seeds = {"{}", R"({"a":"text","b":[1,-2.5e3,null,true]})",
                R"({"a":{"b":[],"c":{}},"a2":"\u00e9\ud83d\ude00\n"})", "[1,2]", "\xEF\xBB\xBF{}", R"({"a":1,"a":2})",
                "{\"a\":" + deep + "}", R"({"a":18446744073709551616,"\u0061":0})", R"({"a":1e400})", " {\"a\" : 1 } "},
      .words = {"{", "}", "[", "]", ":", ",", "\"a\":", "null", "true", "false", "\\u0000", "\\ud83d\\ude00", "\\\"",
                "1e5", "-0", "\"", "e99999999999"}};
}

void take(std::string_view input) {
  const auto document = auth::parse_json_document(input, input.size());
  check_document(input, document);
  check_body(input, document);
}

const Target target("json_documents", describe, take);

}  // namespace
}  // namespace tacit::fuzz
