#include "http/json_reader.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>

#include <algorithm>

#include "crypto/wiped.hpp"
#include "http/json_keys.hpp"

namespace tacit::http {
namespace {

using boost::json::error_code;
using Kind = JsonEvent::Kind;
using Piece = boost::json::string_view;

std::string_view plain(Piece text) { return {text.data(), text.size()}; }

// What Boost.JSON's parser calls. Sizes are bounded by the body's; each target bounds what it keeps.
class Handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  Handler(std::string_view body, std::span<const JsonMember> members) : members_(members), keys_(body) {}

  /// What the document is, once it was read.
  enum class Document : std::uint8_t { other, null, object };
  Document document() const { return document_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }

  bool on_object_begin(error_code&) {
    if (depth_++ == 0) {
      document_ = Document::object;
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
      // Boost.JSON's own readers keep the last of two; which one another reader on the way kept cannot be known.
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
  bool on_number_part(Piece, error_code&) { return true; }  // only of a document that ends in it
  bool on_int64(std::int64_t, Piece text, error_code&) { return number(plain(text)); }
  bool on_uint64(std::uint64_t, Piece text, error_code&) { return number(plain(text)); }
  bool on_double(double, Piece text, error_code&) { return number(plain(text)); }
  bool on_bool(bool truth, error_code&) { return emit({.kind = Kind::boolean, .truth = truth}); }
  bool on_null(error_code&) {
    if (depth_ == 0) document_ = Document::null;
    return emit({.kind = Kind::null});
  }
  bool on_comment_part(Piece, error_code&) { return true; }
  bool on_comment(Piece, error_code&) { return true; }

 private:
  void choose(std::string_view key) {
    const auto member = std::ranges::find(members_, key, &JsonMember::name);
    target_ = member == members_.end() ? nullptr : member->target;
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
  JsonKeys keys_;
  JsonTarget* target_ = nullptr;  // of the member being read
  std::size_t depth_ = 0;         // arrays and objects open
  Document document_ = Document::other;
};

// Not inlined: what it and the parser leave on the stack has to lie below the frame that burns it.
[[gnu::noinline]] Faults read(std::string_view body, std::span<const JsonMember> members) {
  boost::json::parse_options options;
  options.max_depth = limits::json_depth;
  boost::json::basic_parser<Handler> parser(options, body, members);
  error_code error;
  const std::size_t taken = parser.write_some(false, body.data(), body.size(), error);
  if (error || taken != body.size()) return {json_invalid(taken)};
  switch (parser.handler().document()) {
    case Handler::Document::object:
      return {};
    case Handler::Document::null:
      return {missing(Loc{"body"})};
    case Handler::Document::other:
      break;
  }
  return {model_attributes_type(Loc{"body"})};
}

// Unescaping goes through a buffer in the parser's frame.
struct BurnStack {
  BurnStack() = default;
  BurnStack(const BurnStack&) = delete;
  BurnStack& operator=(const BurnStack&) = delete;
  ~BurnStack() { crypto::burn_stack(); }
};

}  // namespace

Faults read_json(std::string_view body, std::span<const JsonMember> members) {
  if (body.empty()) return {missing(Loc{"body"})};
  const BurnStack burn;
  return read(body, members);
}

}  // namespace tacit::http
