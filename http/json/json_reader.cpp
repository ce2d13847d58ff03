#include "http/json/json_reader.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>

#include <algorithm>

#include "crypto/memory/wiped.hpp"
#include "crypto/text/utf8.hpp"
#include "http/json/json_fault.hpp"
#include "http/json/json_keys.hpp"

namespace tacit::http {
namespace {

using boost::json::error_code;
using Kind = JsonEvent::Kind;
using Piece = boost::json::string_view;

std::string_view plain(Piece text) { return {text.data(), text.size()}; }

// The handler of Boost.JSON's parser (boost::json::basic_parser), which requires all of these operations and constants.
// Sizes are bounded by the body's size; each target limits what it stores.
class Handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  Handler(std::string_view body, std::span<const JsonMember> members, UnknownMembers* unknown)
      : members_(members), unknown_(unknown), keys_(body) {}

  bool is_object() const { return is_object_; }  ///< valid after the document was read
  bool met_key_twice() const { return met_key_twice_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }

  bool on_object_begin(error_code&) {
    if (depth_++ == 0) {
      is_object_ = true;
    } else {
      emit({.kind = Kind::object_begin});
    }
    keys_.open_object();
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    keys_.close_object();
    if (--depth_ != 0) emit({.kind = Kind::object_end});
    return true;
  }
  bool on_array_begin(error_code&) {
    ++depth_;
    emit({.kind = Kind::array_begin});
    return true;
  }
  bool on_array_end(std::size_t, error_code&) {
    --depth_;
    emit({.kind = Kind::array_end});
    return true;
  }
  bool on_key_part(Piece part, std::size_t, error_code&) {
    keys_.add_part(plain(part));
    return true;
  }
  bool on_key(Piece last, std::size_t, error_code& error) {
    const std::string_view key = keys_.finish(plain(last));
    if (!keys_.insert(key)) {
      // Boost.JSON's own readers keep the last of duplicates; another parser on the way may have kept the first.
      met_key_twice_ = true;
      error = boost::json::error::syntax;
      return false;
    }
    if (depth_ == 1) {
      choose(key);
    } else {
      emit({.kind = Kind::key, .text = key});
    }
    return true;
  }
  bool on_string_part(Piece part, std::size_t, error_code&) {
    return emit({.kind = Kind::text_part, .text = plain(part)});
  }
  bool on_string(Piece last, std::size_t, error_code&) { return emit({.kind = Kind::text, .text = plain(last)}); }
  bool on_number_part(Piece, error_code&) { return true; }  // only at the end of a document
  bool on_int64(std::int64_t, Piece text, error_code&) { return number(plain(text)); }
  bool on_uint64(std::uint64_t, Piece text, error_code&) { return number(plain(text)); }
  bool on_double(double, Piece text, error_code&) { return number(plain(text)); }
  bool on_bool(bool truth, error_code&) { return emit({.kind = Kind::boolean, .truth = truth}); }
  bool on_null(error_code&) { return emit({.kind = Kind::null}); }
  bool on_comment_part(Piece, error_code&) { return true; }
  bool on_comment(Piece, error_code&) { return true; }

 private:
  void choose(std::string_view key) {
    const auto member = std::ranges::find(members_, key, &JsonMember::name);
    target_ = member == members_.end() ? nullptr : member->target;
    if (target_ == nullptr && unknown_ != nullptr && unknown_->size() < unknown_members) unknown_->emplace_back(key);
  }
  bool emit(const JsonEvent& event) {
    if (target_ != nullptr) target_->take(event);
    return true;
  }
  bool number(std::string_view text) {
    const bool is_integer = text.find_first_of(".eE") == std::string_view::npos;
    return emit({.kind = is_integer ? Kind::integer : Kind::real, .text = text});
  }

  std::span<const JsonMember> members_;
  UnknownMembers* unknown_;
  JsonKeys keys_;
  JsonTarget* target_ = nullptr;  // of the member being read
  std::size_t depth_ = 0;         // arrays and objects open
  bool is_object_ = false;
  bool met_key_twice_ = false;
};

/// Describes the parser's error, with the offset to report.
JsonFault explain(std::string_view body, std::size_t stopped, error_code code, bool key_twice) {
  using boost::json::error;
  if (key_twice) return {stopped, "An object has the same key twice"};
  if (code == error::too_deep) return {stopped, "Too many arrays and objects are open within one another"};
  const std::size_t sound = crypto::utf8_prefix(body);
  if (sound < body.size()) return {sound, "Not UTF-8"};
  if (const auto fault = python_json_fault(body)) return *fault;
  if (code == error::exponent_overflow) return {stopped, "The exponent of a number is too large"};
  // The remaining texts that Python's module accepts and the parser refuses.
  const bool of_word = stopped < body.size() && (body[stopped] == 'N' || body[stopped] == 'I');
  if (of_word) return {stopped, "NaN and Infinity are not JSON"};
  return {stopped, "An \\u escape is half of a surrogate pair"};
}

// Not inlined: its stack data and the parser's must lie below the frame that burns the stack.
[[gnu::noinline]] Faults read(std::string_view body, std::span<const JsonMember> members, UnknownMembers* unknown) {
  boost::json::parse_options options;
  options.max_depth = limits::json_depth;
  boost::json::basic_parser<Handler> parser(options, body, members, unknown);
  error_code error;
  const std::size_t taken = parser.write_some(false, body.data(), body.size(), error);
  if (error || taken != body.size()) {
    const JsonFault fault = explain(body, taken, error, parser.handler().met_key_twice());
    return {json_invalid(fault.offset, fault.words)};
  }
  Faults faults;
  if (parser.handler().is_object()) return faults;
  for (const JsonMember& member : members) {
    if (!member.added) faults.push_back(missing(Loc{"body", member.name}));
  }
  return faults;
}

// Unescaping uses a buffer in the parser's frame.
struct BurnStack {
  BurnStack() = default;
  BurnStack(const BurnStack&) = delete;
  BurnStack& operator=(const BurnStack&) = delete;
  ~BurnStack() { crypto::burn_stack(); }
};

}  // namespace

Faults read_json(std::string_view body, std::span<const JsonMember> members, UnknownMembers* unknown) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (body.empty()) return {};
  if (body.starts_with(byte_order_mark)) body.remove_prefix(byte_order_mark.size());
  const BurnStack burn;
  return read(body, members, unknown);
}

}  // namespace tacit::http
