#include "auth/json_document.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <array>
#include <utility>

namespace tacit::auth {
namespace {

namespace json = boost::json;
using json::error_code;
using Piece = json::string_view;

// What Boost.JSON's parser calls. It builds the value as Boost.JSON's own handler does, and counts the keys: of two
// equal keys the value keeps the last, so one that came out smaller than what was read had a key twice.
class Handler {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  explicit Handler(json::storage_ptr memory) : stack_({}, scratch_.data(), scratch_.size()) {
    stack_.reset(std::move(memory));
  }

  json::value release() { return stack_.release(); }
  std::size_t keys() const { return keys_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t size, error_code&) {
    keys_ += size;
    stack_.push_object(size);
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t size, error_code&) {
    stack_.push_array(size);
    return true;
  }
  bool on_key_part(Piece part, std::size_t, error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_key(Piece last, std::size_t, error_code&) {
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
  std::array<unsigned char, 2048> scratch_;  // not initialised: the stack's first memory, enough for most tokens
  json::value_stack stack_;
  std::size_t keys_ = 0;
};

// No deeper than json_document_depth.
std::size_t keys_of(const json::value& value) {
  std::size_t keys = 0;
  if (const auto* object = value.if_object()) {
    keys = object->size();
    for (const auto& member : *object) keys += keys_of(member.value());
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) keys += keys_of(element);
  }
  return keys;
}

}  // namespace

std::optional<json::value> parse_json_document(std::string_view text, std::size_t max_size, json::storage_ptr memory) {
  if (text.size() > max_size) return std::nullopt;
  json::parse_options options;
  options.max_depth = json_document_depth;
  json::basic_parser<Handler> parser(options, std::move(memory));
  error_code error;
  const std::size_t taken = parser.write_some(false, text.data(), text.size(), error);
  if (error || taken != text.size() || !parser.done()) return std::nullopt;
  json::value value = parser.handler().release();
  if (keys_of(value) != parser.handler().keys()) return std::nullopt;
  return value;
}

}  // namespace tacit::auth
