#include "crypto/keyring_text.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>

#include "crypto/base64.hpp"

namespace tacit::crypto {
namespace {

constexpr std::string_view magic = "tacit-keyring";
constexpr std::string_view format_version = "1";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Removes `count` digits from the front; -1 if there are fewer.
int take_number(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return -1;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

bool take_date(std::string_view& text) {
  const int year = take_number(text, 4);
  if (year < 0 || !take(text, '-')) return false;
  const int month = take_number(text, 2);
  if (month < 0 || !take(text, '-')) return false;
  const int day = take_number(text, 2);
  if (day < 0) return false;
  return std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
      .ok();
}

bool take_hours_and_minutes(std::string_view& text) {
  const int hours = take_number(text, 2);
  if (hours < 0 || hours > 23 || !take(text, ':')) return false;
  const int minutes = take_number(text, 2);
  return minutes >= 0 && minutes <= 59;
}

bool take_seconds(std::string_view& text) {
  const int seconds = take_number(text, 2);
  if (seconds < 0 || seconds > 60) return false;  // 60: a leap second
  if (!take(text, '.')) return true;
  const std::size_t before = text.size();
  while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
  return text.size() < before;
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t space = line.find(' ');
    fields.push_back(line.substr(0, space));
    if (space == std::string_view::npos) return fields;
    line.remove_prefix(space + 1);
  }
}

std::string quoted_kind(std::string_view kind) {
  // Quotes only the known kinds: other text might be a key in the wrong place.
  for (const std::string_view known : {"root-public", "root-private", "metadata"}) {
    if (kind == known) return "a " + std::string(known) + " keyring";
  }
  return "a keyring of an unknown kind";
}

class Parser {
 public:
  Parser(std::string_view name, std::string_view kind) : name_(name), kind_(kind) {}

  KeyringResult<void> read_line(std::string_view line) {
    ++number_;
    if (line.empty() || line.front() == '#') return {};
    if (line.find('\r') != std::string_view::npos)
      return wrong("has a carriage return; lines end with a line feed only");
    return header_seen_ ? read_key(line) : read_header(line);
  }

  KeyringResult<std::vector<KeyringLine>> finish() {
    if (!header_seen_) return KeyringError{std::string(name_) + ": is not a keyring: it has no header line"};
    if (primary_line_ == 0) return KeyringError{std::string(name_) + ": has no primary key"};
    return std::move(lines_);
  }

 private:
  KeyringError wrong(std::string_view why) const { return line_error(name_, number_, why); }

  KeyringResult<void> read_header(std::string_view line) {
    const auto fields = split(line);
    if (fields.size() != 3 || fields[0] != magic) {
      return wrong("is not the header \"tacit-keyring 1 " + std::string(kind_) + "\"");
    }
    if (fields[1] != format_version) return wrong("has a format version that this program does not know");
    if (fields[2] != kind_)
      return wrong("is of " + quoted_kind(fields[2]) + ", not of a " + std::string(kind_) + " one");
    header_seen_ = true;
    return {};
  }

  KeyringResult<void> read_key(std::string_view line) {
    const auto fields = split(line);
    if (fields.size() != 4) return wrong("must have four fields separated by one space: id, state, created, key");
    const auto id = parse_key_id(fields[0]);
    if (!id) return wrong("has an id that is not 16 lower-case hexadecimal digits");
    if (fields[1] != "primary" && fields[1] != "active") return wrong("has a state that is neither primary nor active");
    if (!is_rfc3339(fields[2])) return wrong("has a creation time that is not a date-time of RFC 3339");
    auto key = base64url_decode(fields[3]);
    if (!key) return wrong("has a key that is not base64url without padding");
    for (const KeyringLine& other : lines_) {
      if (other.id == *id) return wrong("has the same id as line " + std::to_string(other.number));
    }
    const bool primary = fields[1] == "primary";
    if (primary && primary_line_ != 0) {
      return wrong("is a second primary key; the first is on line " + std::to_string(primary_line_));
    }
    if (primary) primary_line_ = number_;
    lines_.push_back(
        {.number = number_, .id = *id, .primary = primary, .created = std::string(fields[2]), .key = std::move(*key)});
    return {};
  }

  std::string_view name_;
  std::string_view kind_;
  std::size_t number_ = 0;
  bool header_seen_ = false;
  std::size_t primary_line_ = 0;
  std::vector<KeyringLine> lines_;
};

/// Calls `edit(line, id, out)` for each line, without its line feed: `id` is std::nullopt for lines without a key.
template <class Edit>
WipedBytes edited(std::string_view text, Edit edit) {
  WipedBytes out;
  out.reserve(text.size() + 64);
  bool header_seen = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const bool blank = line.empty() || line.front() == '#';
    edit(line, blank || !header_seen ? std::nullopt : parse_key_id(line.substr(0, line.find(' '))), out);
    header_seen = header_seen || !blank;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

void append_line(WipedBytes& out, std::string_view line) {
  out.append(line);
  out.push_back('\n');
}

std::string now_rfc3339() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

void append_key(WipedBytes& text, const KeyId& id, std::string_view state, ByteView key) {
  text.append(to_hex(id) + " " + std::string(state) + " " + now_rfc3339() + " ");
  append_line(text, base64url_encode(key).text());
}

}  // namespace

std::optional<KeyId> parse_key_id(std::string_view text) {
  KeyId id{};
  if (text.size() != 2 * id.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool letter = c >= 'a' && c <= 'f';
    if (!letter && !is_digit(c)) return std::nullopt;
    id[i / 2] = static_cast<std::uint8_t>(id[i / 2] * 16 + (letter ? c - 'a' + 10 : c - '0'));
  }
  return id;
}

bool is_rfc3339(std::string_view text) {
  if (!take_date(text) || !take(text, 'T') || !take_hours_and_minutes(text)) return false;
  if (!take(text, ':') || !take_seconds(text)) return false;
  if (take(text, 'Z')) return text.empty();
  if (!take(text, '+') && !take(text, '-')) return false;
  return take_hours_and_minutes(text) && text.empty();
}

KeyringError line_error(std::string_view name, std::size_t number, std::string_view why) {
  return {std::string(name) + ": line " + std::to_string(number) + " " + std::string(why)};
}

KeyringResult<std::vector<KeyringLine>> parse_keyring(std::string_view name, std::string_view kind,
                                                      std::string_view text) {
  Parser parser(name, kind);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (auto read = parser.read_line(text.substr(0, end)); !read) return read.error();
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parser.finish();
}

WipedBytes format_keyring(std::string_view kind, const KeyId& id, ByteView key) {
  WipedBytes text;
  text.append(std::string(magic) + " " + std::string(format_version) + " " + std::string(kind) + "\n");
  append_key(text, id, "primary", key);
  return text;
}

WipedBytes with_key(std::string_view text, const KeyId& id, ByteView key) {
  WipedBytes out =
      edited(text, [](std::string_view line, const std::optional<KeyId>&, WipedBytes& to) { append_line(to, line); });
  append_key(out, id, "active", key);
  return out;
}

WipedBytes with_primary(std::string_view text, const KeyId& id) {
  return edited(text, [&](std::string_view line, const std::optional<KeyId>& key, WipedBytes& to) {
    if (!key) return append_line(to, line);
    const std::size_t state = line.find(' ') + 1;
    to.append(line.substr(0, state));
    to.append(*key == id ? "primary" : "active");
    append_line(to, line.substr(line.find(' ', state)));
  });
}

WipedBytes without_key(std::string_view text, const KeyId& id) {
  return edited(text, [&](std::string_view line, const std::optional<KeyId>& key, WipedBytes& to) {
    if (key != id) append_line(to, line);
  });
}

}  // namespace tacit::crypto
