#include "http/wire/target.hpp"

#include <algorithm>
#include <array>

#include "crypto/text/ascii.hpp"

namespace tacit::http {
namespace {

constexpr std::string_view api_prefix = "/api";

enum : unsigned char { in_path = 1, in_query = 2 };

// The bytes allowed unescaped. Paths: RFC 3986 section 3.3 (pchar) and `/`. Queries: what clients send in practice.
constexpr std::array<unsigned char, 256> allowed = [] {
  std::array<unsigned char, 256> table{};
  for (unsigned char c = 0x21; c < 0x7f; ++c) table[c] = in_query;
  table['#'] = 0;
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] |= in_path;
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] |= in_path;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] |= in_path;
  for (const char c : std::string_view("-._~!$&'()*+,;=:@/%")) table[static_cast<unsigned char>(c)] |= in_path;
  return table;
}();

// The byte of the escape at `at`, or -1.
int escaped_byte(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size()) return -1;
  const int high = crypto::hex_value(text[at + 1]);
  const int low = crypto::hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// The sentences for a part of a target.
struct Words {
  unsigned char where;
  std::string_view byte;
  std::string_view escape;
};
constexpr Words of_path{in_path, "The path has a character that must be percent-encoded.",
                        "The path has a % that is not followed by two hexadecimal digits."};
constexpr Words of_query{in_query, "The query has a character that must be percent-encoded.",
                         "The query has a % that is not followed by two hexadecimal digits."};

std::string_view bytes_fault(std::string_view text, const Words& words) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#') return "The request target has a fragment (#), which is not part of a request.";
    if ((allowed[static_cast<unsigned char>(text[i])] & words.where) == 0) return words.byte;
    if (text[i] != '%') continue;
    const int byte = escaped_byte(text, i);
    if (byte < 0) return words.escape;
    // A proxy that decodes twice would read these as another path.
    const bool misread = byte < 0x20 || byte == 0x7f || byte == '/' || byte == '\\';
    if (misread && words.where == in_path) return "The path has an escaped slash, backslash or control character.";
    i += 2;
  }
  return {};
}

bool is_dot_segment(std::string_view segment) {
  std::size_t dots = 0;
  while (!segment.empty()) {
    if (segment.front() == '.') {
      segment.remove_prefix(1);
    } else if (escaped_byte(segment, 0) == '.' && segment.front() == '%') {
      segment.remove_prefix(3);
    } else {
      return false;
    }
    ++dots;
  }
  return dots == 1 || dots == 2;
}

// Removes and returns a path's first segment with the slash before it.
std::string_view take_segment(std::string_view& path) {
  const std::size_t end = std::min(path.find('/', 1), path.size());
  const std::string_view segment = path.substr(1, end - 1);
  path.remove_prefix(end);
  return segment;
}

std::string_view segments_fault(std::string_view path) {
  while (path.size() > 1) {
    const std::string_view segment = take_segment(path);
    if (segment.empty()) return "The path has an empty segment: two consecutive slashes.";
    if (is_dot_segment(segment)) return "The path has a segment that is . or ..; send the resolved path.";
  }
  return {};
}

// The segments of a path that a route takes.
struct Segments {
  std::string_view id;
  std::string_view number;
};

enum class Covers : unsigned char { no, by_segments, exactly };

// Whether the path, without its trailing slash, is the route's. Sets the segments that the route takes, even in part.
Covers covers(const Route& route, std::string_view path, Segments& taken) {
  std::string_view pattern = route.path;
  if (pattern.starts_with(api_prefix) && !path.starts_with(api_prefix)) pattern.remove_prefix(api_prefix.size());
  std::size_t brace = pattern.find('{');
  if (brace == std::string_view::npos) return path == pattern ? Covers::exactly : Covers::no;
  for (std::string_view* segment : {&taken.id, &taken.number}) {
    if (!path.starts_with(pattern.substr(0, brace))) return Covers::no;
    path.remove_prefix(brace);
    *segment = path.substr(0, path.find('/'));
    if (segment->empty()) return Covers::no;
    path.remove_prefix(segment->size());
    pattern.remove_prefix(pattern.find('}', brace) + 1);
    brace = pattern.find('{');
    if (brace == std::string_view::npos) break;
  }
  return path == pattern ? Covers::by_segments : Covers::no;
}

}  // namespace

std::string_view target_fault(std::string_view target) {
  if (!target.starts_with('/')) return "The request target must be a path that begins with a slash, not a whole URL.";
  const std::size_t mark = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, mark);
  if (const auto fault = bytes_fault(path, of_path); !fault.empty()) return fault;
  if (const auto fault = segments_fault(path); !fault.empty()) return fault;
  return bytes_fault(target.substr(mark), of_query);
}

RouteMatch match(std::span<const Route> routes, const RequestHead& head) {
  RouteMatch result;
  result.fault = target_fault(head.target);
  if (!result.fault.empty()) {
    result.problem = Problem::malformed_request;
    return result;
  }
  std::string_view path = head.path;
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  bool exact = false;
  for (const Route& route : routes) {
    Segments taken;
    const Covers how = covers(route, path, taken);
    if (how == Covers::no || (exact && how == Covers::by_segments)) continue;
    exact = how == Covers::exactly;
    if (route.method == head.method) {
      result.route = &route;
      result.path_id = taken.id;
      result.path_number = taken.number;
      return result;
    }
    result.problem = Problem::method_not_allowed;
    if (!result.allow.empty()) result.allow.append(", ");
    result.allow.append(name_of(route.method));
    if (route.method == Method::get) result.allow.append(", HEAD");
  }
  return result;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int byte = escaped_byte(text, i);
      if (byte < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      decoded.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return decoded;
}

}  // namespace tacit::http
