#include "http/wire/framing.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "crypto/text/ascii.hpp"
#include "http/wire/head_lines.hpp"
#include "http/wire/trace_context.hpp"

namespace tacit::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::system::error_code;

/// The longest target, with room for a method and the version.
constexpr std::size_t max_request_line_size = max_target_size + 64;

using crypto::equal_ignoring_case;

Method method_of(beast_http::verb verb) {
  switch (verb) {
    case beast_http::verb::get:
    case beast_http::verb::head:  // answered like GET, without the body
      return Method::get;
    case beast_http::verb::post:
      return Method::post;
    case beast_http::verb::put:
      return Method::put;
    case beast_http::verb::patch:
      return Method::patch;
    case beast_http::verb::delete_:
      return Method::del;
    case beast_http::verb::options:
      return Method::options;
    default:
      return Method::other;
  }
}

std::string_view too_many_fields() {
  static const std::string sentence = "The header has more than " + std::to_string(max_field_count) + " fields.";
  return sentence;
}

/// Whether the text is not empty and has only characters of a host and port (RFC 9110 section 7.2).
bool is_host(std::string_view text) {
  constexpr std::string_view marks = "-._~!$&'()*+,;=%:[]";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return crypto::is_letter_or_digit(c) || marks.find(c) != marks.npos;
  });
}

/// Collects the fields in use from Beast's parser, and refuses repeated ones.
class HeadParser final : public beast_http::basic_parser<true> {
 public:
  explicit HeadParser(RequestHead& head) : head_(head) {
    header_limit(max_head_size + 1);
    body_limit(boost::none);
    skip(true);  // the body is read by its length, after the head was checked
  }

  std::optional<Problem> judge(std::string& why) {
    head_.http_1_0 = version_ < 11;
    // Beast's keep_alive() is not used: it treats Proxy-Connection like Connection.
    head_.keep_alive = !says_close_ && (says_keep_alive_ || !head_.http_1_0);
    why = fault_;
    if (!fault_.empty()) return Problem::malformed_request;
    if (head_.target.size() > max_target_size) return Problem::target_too_long;
    return std::nullopt;
  }

 private:
  using view = boost::beast::string_view;
  static std::string_view plain(view text) { return {text.data(), text.size()}; }

  /// Only the first fault is reported.
  void fail(std::string_view sentence) {
    if (fault_.empty()) fault_ = sentence;
  }

  /// `twice` is the sentence for a field that may not be repeated.
  void once(std::string_view& slot, bool& present, std::string_view value, std::string_view twice) {
    if (present) fail(twice);
    present = true;
    slot = value;
  }

  void on_request_impl(beast_http::verb verb, view, view target, int version, error_code&) override {
    version_ = version;
    head_.method = method_of(verb);
    head_.is_head = verb == beast_http::verb::head;
    head_.target = plain(target);
    const auto question = head_.target.find('?');
    head_.path = head_.target.substr(0, question);
    head_.query = question == std::string_view::npos ? std::string_view{} : head_.target.substr(question + 1);
  }

  void on_field_impl(beast_http::field field, view name, view beast_value, error_code&) override {
    const std::string_view value = plain(beast_value);
    if (++fields_ > max_field_count) fail(too_many_fields());
    switch (field) {
      case beast_http::field::host:
        if (!is_host(value)) fail("The field Host is not a host's name or address, with or without a port.");
        return;
      case beast_http::field::connection:
        take_connection(value);
        return;
      case beast_http::field::content_length:
        take_length(value);
        return;
      case beast_http::field::transfer_encoding:
        head_.chunked = true;  // line_fault allows no other value
        return;
      case beast_http::field::authorization:
        once(head_.authorization, head_.has_authorization, value, "The field Authorization is repeated.");
        return;
      case beast_http::field::content_type:
        once(head_.content_type, has_content_type_, value, "The field Content-Type is repeated.");
        return;
      case beast_http::field::content_encoding:
        head_.body_is_encoded = head_.body_is_encoded || !(value.empty() || equal_ignoring_case(value, "identity"));
        return;
      case beast_http::field::if_match:
        once(head_.if_match, head_.has_if_match, value, "The field If-Match is repeated.");
        return;
      case beast_http::field::if_none_match:
        once(head_.if_none_match, head_.has_if_none_match, value, "The field If-None-Match is repeated.");
        return;
      case beast_http::field::if_modified_since:
      case beast_http::field::if_unmodified_since:
        head_.has_date_condition = true;
        return;
      case beast_http::field::origin:
        once(head_.origin, head_.has_origin, value, "The field Origin is repeated.");
        return;
      case beast_http::field::access_control_request_method:
        head_.requested_method = value;
        return;
      case beast_http::field::accept_encoding:
        head_.accept_encoding = value;
        return;
      case beast_http::field::expect:
        once(expect_, has_expect_, value, "The field Expect is repeated.");
        head_.expects_continue = equal_ignoring_case(value, "100-continue");
        head_.expects_other = !head_.expects_continue;
        return;
      case beast_http::field::forwarded:
        head_.forwarded.push_back(value);
        return;
      default:
        take_unregistered(plain(name), value);
    }
  }

  /// Fields that Beast has no name for.
  void take_unregistered(std::string_view name, std::string_view value) {
    if (equal_ignoring_case(name, "token")) {
      once(head_.token, head_.has_token, value, "The field token is repeated.");
    } else if (equal_ignoring_case(name, "x-api-key")) {
      once(head_.x_api_key, head_.has_x_api_key, value, "The field x-api-key is repeated.");
    } else if (equal_ignoring_case(name, "x-request-id")) {
      head_.request_id = value;
    } else if (equal_ignoring_case(name, "traceparent")) {
      // Repeated fields are ambiguous and ignored.
      head_.traceparent = std::exchange(has_traceparent_, true) ? std::string_view() : sane_traceparent(value);
    } else if (equal_ignoring_case(name, "x-forwarded-for")) {
      head_.forwarded_for.push_back(value);
    } else if (equal_ignoring_case(name, "idempotency-key")) {
      once(head_.idempotency_key, head_.has_idempotency_key, value, "The field Idempotency-Key is repeated.");
    }
  }

  /// A list of words (RFC 9110 section 7.6.1), perhaps one of several.
  void take_connection(std::string_view list) {
    while (!list.empty()) {
      const std::size_t comma = std::min(list.find(','), list.size());
      const std::string_view word = crypto::trimmed(list.substr(0, comma));
      says_close_ = says_close_ || equal_ignoring_case(word, "close");
      says_keep_alive_ = says_keep_alive_ || equal_ignoring_case(word, "keep-alive");
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
  }

  void take_length(std::string_view value) {
    head_.has_content_length = true;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), head_.content_length);
    if (error != std::errc{} || end != value.data() + value.size()) {
      fail("The field Content-Length is not a number of bytes in the allowed range.");
    }
  }

  void on_header_impl(error_code&) override {}
  void on_response_impl(int, view, int, error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, view body, error_code&) override { return body.size(); }
  void on_finish_impl(error_code&) override {}

  RequestHead& head_;
  int version_ = 0;  ///< 10 or 11
  std::string_view expect_;
  std::size_t fields_ = 0;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
  bool has_content_type_ = false;
  bool has_expect_ = false;
  bool has_traceparent_ = false;
  std::string_view fault_;
};

/// Describes the faults that only the parser finds.
std::string_view parser_fault(const error_code& code) {
  using beast_http::error;
  if (code == error::bad_content_length)
    return "The field Content-Length is not a number of bytes in the allowed range.";
  if (code == error::bad_target) return "The request target has characters that must be percent-encoded.";
  if (code == error::bad_version) return "The request line does not end in HTTP/1.1 or HTTP/1.0.";
  if (code == error::bad_value) return "A field's value has invalid characters.";
  return "The request head is not valid HTTP/1.1 (RFC 9112).";
}

/// Whether a line of an unfinished head ends in LF alone. Such a head may never end in CR and LF, so it is refused now.
bool has_bare_line_end(std::string_view input, std::size_t from) {
  for (auto at = input.find('\n', from); at != std::string_view::npos; at = input.find('\n', at + 1)) {
    if (at == 0 || input[at - 1] != '\r') return true;
  }
  return false;
}

/// Whether the first byte is a control byte other than CR, which may begin an empty line, or not ASCII.
bool begins_no_request(std::string_view input) {
  if (input.empty()) return false;
  const auto first = static_cast<unsigned char>(input.front());
  return (first < 0x20 && first != '\r') || first >= 0x7f;
}

}  // namespace

HeadScan scan_head(std::string_view input, std::size_t searched) {
  HeadScan scan;
  const std::size_t from = searched < 3 ? 0 : searched - 3;
  const std::size_t end = input.find("\r\n\r\n", from);
  const std::size_t size = end == std::string_view::npos ? input.size() : end + 4;
  const bool is_open = end == std::string_view::npos;
  if (is_open && (has_bare_line_end(input, from) || begins_no_request(input))) {
    scan.state = HeadScan::State::refused;
    scan.problem = Problem::malformed_request;
  } else if (size > max_request_line_size &&
             input.substr(0, max_request_line_size).find("\r\n") == std::string_view::npos) {
    scan.state = HeadScan::State::refused;
    scan.problem = Problem::target_too_long;
  } else if (size > max_head_size) {
    scan.state = HeadScan::State::refused;
    scan.problem = Problem::header_too_large;
  } else if (!is_open) {
    scan.state = HeadScan::State::complete;
    scan.size = size;
  }
  return scan;
}

std::optional<Problem> parse_head(std::string_view raw, RequestHead& head, std::string& why) {
  why = line_fault(raw);
  if (!why.empty()) return Problem::malformed_request;
  HeadParser parser(head);
  error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(raw.data(), raw.size()), error);
  if (error || used != raw.size() || !parser.is_header_done()) {
    why = parser_fault(error);
    return Problem::malformed_request;
  }
  return parser.judge(why);
}

}  // namespace tacit::http
