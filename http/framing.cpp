#include "http/framing.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

#include "http/trace_context.hpp"

namespace tacit::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::system::error_code;

bool equal_ignoring_case(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] | 0x20) : a[i];
    if (c != lower[i]) return false;
  }
  return true;
}

/// CR only before LF and LF only after CR; no line that starts with white space (an obsolete fold, or a trick on the
/// first field); no control byte but tab inside a field, none at all in the request line.
bool lines_are_clean(std::string_view raw) {
  bool in_request_line = true;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const auto c = static_cast<unsigned char>(raw[i]);
    if (c > 0x20 && c != 0x7f) continue;
    if (c == ' ') continue;
    if (c == '\t' && !in_request_line) continue;
    if (c != '\r' || i + 1 >= raw.size() || raw[i + 1] != '\n') return false;
    ++i;
    in_request_line = false;
    if (i + 1 < raw.size() && (raw[i + 1] == ' ' || raw[i + 1] == '\t')) return false;
  }
  return true;
}

Method method_of(beast_http::verb verb) {
  switch (verb) {
    case beast_http::verb::get:
    case beast_http::verb::head:  // answered like GET, without the body
      return Method::get;
    case beast_http::verb::post:
      return Method::post;
    case beast_http::verb::patch:
      return Method::patch;
    case beast_http::verb::delete_:
      return Method::del;
    default:
      return Method::other;
  }
}

/// Whether the text can be a host and a port (RFC 9110 section 7.2): the characters of one, and at least one of them.
bool is_host(std::string_view text) {
  constexpr std::string_view marks = "-._~!$&'()*+,;=%:[]";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || marks.find(c) != marks.npos;
  });
}

/// Takes the fields that anything looks at from Beast's parser as it meets them, and counts what may not be repeated.
class HeadParser final : public beast_http::basic_parser<true> {
 public:
  explicit HeadParser(RequestHead& head) : head_(head) {
    header_limit(max_head_size + 1);
    body_limit(boost::none);
    skip(true);  // the body is read by its length alone, after the head was judged
  }

  std::optional<Problem> judge() {
    const bool old = version_ < 11;
    head_.http_1_0 = old;
    head_.keep_alive = keep_alive();
    if (faulty_ || hosts_ > 1 || (hosts_ == 0 && !old) || lengths_ > 1) return Problem::malformed_request;
    if (transfer_encodings_ == 0) return std::nullopt;
    // With a length beside it, twice, not "chunked", or from before it existed: someone is trying to be read in two
    // ways.
    if (lengths_ > 0 || transfer_encodings_ > 1 || !chunked_ || old) return Problem::malformed_request;
    return Problem::length_required;
  }

 private:
  using view = boost::beast::string_view;
  static std::string_view plain(view text) { return {text.data(), text.size()}; }

  void once(std::string_view& slot, bool& present, std::string_view value) {
    if (present) faulty_ = true;
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
    if (++fields_ > max_field_count) faulty_ = true;
    switch (field) {
      case beast_http::field::host:
        ++hosts_;
        if (!is_host(value)) faulty_ = true;
        return;
      case beast_http::field::content_length:
        take_length(value);
        return;
      case beast_http::field::transfer_encoding:
        ++transfer_encodings_;
        chunked_ = equal_ignoring_case(value, "chunked");
        return;
      case beast_http::field::authorization:
        once(head_.authorization, head_.has_authorization, value);
        return;
      case beast_http::field::content_type:
        once(head_.content_type, has_content_type_, value);
        return;
      case beast_http::field::if_match:
        once(unused_, has_if_match_, value);
        return;
      case beast_http::field::expect:
        once(expect_, has_expect_, value);
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
    if (equal_ignoring_case(name, "token")) return once(head_.token, head_.has_token, value);
    if (equal_ignoring_case(name, "x-api-key")) return once(head_.x_api_key, head_.has_x_api_key, value);
    if (equal_ignoring_case(name, "x-request-id")) {
      head_.request_id = value;
    } else if (equal_ignoring_case(name, "traceparent")) {
      // Of two nobody can tell which is meant.
      head_.traceparent = std::exchange(has_traceparent_, true) ? std::string_view() : sane_traceparent(value);
    } else if (equal_ignoring_case(name, "x-forwarded-for")) {
      head_.forwarded_for.push_back(value);
    } else if (equal_ignoring_case(name, "idempotency-key")) {
      once(unused_, has_idempotency_key_, value);
    }
  }

  void take_length(std::string_view value) {
    ++lengths_;
    head_.has_content_length = true;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), head_.content_length);
    if (error != std::errc{} || end != value.data() + value.size()) faulty_ = true;
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
  std::string_view unused_;
  std::string_view expect_;
  std::size_t fields_ = 0;
  unsigned hosts_ = 0;
  unsigned lengths_ = 0;
  unsigned transfer_encodings_ = 0;
  bool chunked_ = false;
  bool has_content_type_ = false;
  bool has_if_match_ = false;
  bool has_expect_ = false;
  bool has_idempotency_key_ = false;
  bool has_traceparent_ = false;
  bool faulty_ = false;
};

}  // namespace

HeadScan scan_head(std::string_view input, std::size_t searched) {
  HeadScan scan;
  const std::size_t from = searched < 3 ? 0 : searched - 3;
  const std::size_t end = input.find("\r\n\r\n", from);
  const std::size_t size = end == std::string_view::npos ? input.size() : end + 4;
  if (size > max_target_size && input.substr(0, max_target_size).find("\r\n") == std::string_view::npos) {
    scan.state = HeadScan::State::refused;
    scan.problem = Problem::target_too_long;
  } else if (size > max_head_size) {
    scan.state = HeadScan::State::refused;
    scan.problem = Problem::header_too_large;
  } else if (end != std::string_view::npos) {
    scan.state = HeadScan::State::complete;
    scan.size = size;
  }
  return scan;
}

std::optional<Problem> parse_head(std::string_view raw, RequestHead& head) {
  if (!lines_are_clean(raw)) return Problem::malformed_request;
  HeadParser parser(head);
  error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(raw.data(), raw.size()), error);
  if (error || used != raw.size() || !parser.is_header_done()) return Problem::malformed_request;
  return parser.judge();
}

}  // namespace tacit::http
