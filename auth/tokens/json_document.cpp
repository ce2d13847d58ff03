#include "auth/tokens/json_document.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace tacit::auth {
namespace {

namespace json = boost::json;
using json::error_code;
using Piece = json::string_view;

// A member added to an object with a duplicate name. A document that contains it itself only marks itself so.
constexpr Piece repeated_mark{"\0repeated", 9};

// The handler of Boost.JSON's parser (boost::json::basic_parser), which requires all `on_` operations and constants. It
// builds the value like Boost.JSON's own handler and counts the members: the value keeps only the last of equal names,
// so a value with fewer members than were read had a duplicate.
class Handler {
 public:
  enum class Repeated : bool { counted, marked };

  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  Handler(json::storage_ptr memory, Repeated repeated)
      : repeated_(repeated), stack_({}, scratch_.data(), scratch_.size()) {
    stack_.reset(std::move(memory));
  }

  json::value release() { return stack_.release(); }
  std::size_t names() const { return names_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t size, error_code&) {
    names_ += size;
    if (repeated_ == Repeated::marked && has_repeated(size)) {
      stack_.push_key(repeated_mark);
      stack_.push_null();
      ++size;
    }
    stack_.push_object(size);
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t size, error_code&) {
    stack_.push_array(size);
    return true;
  }
  bool on_key_part(Piece part, std::size_t, error_code&) {
    if (repeated_ == Repeated::marked) name_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(Piece last, std::size_t, error_code&) {
    if (repeated_ == Repeated::marked) {
      name_.append(last.data(), last.size());
      open_names_.push_back(std::exchange(name_, {}));
    }
    stack_.push_key(last);
    return true;
  }
  bool on_string_part(Piece part, std::size_t, error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(Piece last, std::size_t, error_code&) {
    stack_.push_string(last);
    return true;
  }
  bool on_number_part(Piece, error_code&) { return true; }
  bool on_int64(std::int64_t number, Piece, error_code&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, Piece, error_code&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, Piece, error_code&) {
    stack_.push_double(number);
    return true;
  }
  bool on_bool(bool truth, error_code&) {
    stack_.push_bool(truth);
    return true;
  }
  bool on_null(error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(Piece, error_code&) { return true; }
  bool on_comment(Piece, error_code&) { return true; }

 private:
  // For the object that ends, whose names are the last ones in open_names_; removes them.
  bool has_repeated(std::size_t size) {
    const auto first = open_names_.end() - static_cast<std::ptrdiff_t>(size);
    std::sort(first, open_names_.end());
    const bool repeated = std::adjacent_find(first, open_names_.end()) != open_names_.end();
    open_names_.erase(first, open_names_.end());
    return repeated;
  }

  const Repeated repeated_;
  std::string name_;                         // the name read so far; used with Repeated::marked, like open_names_
  std::vector<std::string> open_names_;      // of the members of the open objects
  std::array<unsigned char, 2048> scratch_;  // uninitialised; the stack's first memory, enough for most tokens
  json::value_stack stack_;
  std::size_t names_ = 0;
};

// Recursion is bounded by json_document_depth.
std::size_t names_of(const json::value& value) {
  std::size_t names = 0;
  if (const auto* object = value.if_object()) {
    names = object->size();
    for (const auto& member : *object) names += names_of(member.value());
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) names += names_of(element);
  }
  return names;
}

json::parse_options strict_options() {
  json::parse_options options;
  options.max_depth = json_document_depth;
  return options;
}

bool is_parsed(json::basic_parser<Handler>& parser, std::string_view text) {
  error_code error;
  const std::size_t taken = parser.write_some(false, text.data(), text.size(), error);
  return !error && taken == text.size() && parser.done();
}

}  // namespace

std::optional<json::value> parse_json_document(std::string_view text, std::size_t max_size, json::storage_ptr memory) {
  if (text.size() > max_size) return std::nullopt;
  json::basic_parser<Handler> parser(strict_options(), std::move(memory), Handler::Repeated::counted);
  if (!is_parsed(parser, text)) return std::nullopt;
  json::value value = parser.handler().release();
  if (names_of(value) != parser.handler().names()) return std::nullopt;
  return value;
}

std::optional<json::value> parse_json_parts(std::string_view text, std::size_t max_size) {
  if (text.size() > max_size) return std::nullopt;
  json::basic_parser<Handler> parser(strict_options(), json::storage_ptr(), Handler::Repeated::marked);
  if (!is_parsed(parser, text)) return std::nullopt;
  return parser.handler().release();
}

bool has_repeated_member(const json::object& object) { return object.contains(repeated_mark); }

const json::value* find_member(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains({name.data(), name.size()});
  return member == nullptr || member->is_null() ? nullptr : member;
}

std::optional<std::string_view> text_of(const json::value* value) {
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string().data(), value->get_string().size());
}

}  // namespace tacit::auth
