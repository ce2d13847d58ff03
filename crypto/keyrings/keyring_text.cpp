#include "crypto/keyrings/keyring_text.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "crypto/keyrings/keyring_kinds.hpp"
#include "crypto/keyrings/keyring_lines.hpp"
#include "crypto/keyrings/signers_text.hpp"
#include "crypto/text/base64.hpp"

namespace tacit::crypto {
namespace {

using namespace keyring_kinds;

constexpr std::string_view format_version = "1";
// Only of root public keyrings: with lines of signing keys (crypto/keyrings/signers_text.hpp).
constexpr std::string_view second_version = "2";
constexpr std::string_view third_version = "3";

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

std::string with_article(std::string_view kind) { return (kind.starts_with('a') ? "an " : "a ") + std::string(kind); }

std::string quoted_kind(std::string_view kind) {
  // Quotes only the known kinds: other text might be a key in the wrong place.
  for (const std::string_view known : {root_public.name, root_private.name, metadata.name, root_signing.name,
                                       audit_api.name, audit_tools.name, audit_operator.name}) {
    if (kind == known) return with_article(known) + " keyring";
  }
  return "a keyring of an unknown kind";
}

class Parser {
 public:
  Parser(std::string_view name, std::string_view kind) : name_(name), kind_(kind) {}

  KeyringResult<void> read_line(std::string_view line) {
    ++number_;
    if (is_blank_line(line)) return {};
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
    const auto fields = fields_of(line);
    if (fields.size() != 3 || fields[0] != keyring_magic) {
      return wrong("is not the header \"tacit-keyring 1 " + std::string(kind_) + "\"");
    }
    const bool later = fields[1] == second_version || fields[1] == third_version;
    has_signers_ = later && fields[2] == root_public.name;
    if (fields[1] != format_version && !has_signers_) {
      return wrong("has a format version that this program does not know");
    }
    if (fields[2] != kind_)
      return wrong("is of " + quoted_kind(fields[2]) + ", not of " + with_article(kind_) + " one");
    header_seen_ = true;
    return {};
  }

  KeyringResult<void> read_key(std::string_view line) {
    const auto fields = fields_of(line);
    const auto id = parse_key_id(fields[0]);
    if (has_signers_ && !id) {
      if (is_signers_word(fields[0])) return {};  // parse_signers reads it
      return wrong("has an unknown first word");
    }
    if (fields.size() != 4) return wrong("must have four fields separated by one space: id, state, created, key");
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
  bool has_signers_ = false;  ///< of version 2 or 3
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
    const std::string_view line = take_line(text);
    const bool blank = is_blank_line(line);
    edit(line, blank || !header_seen ? std::nullopt : parse_key_id(line.substr(0, line.find(' '))), out);
    header_seen = header_seen || !blank;
  }
  return out;
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
    if (auto read = parser.read_line(take_line(text)); !read) return read.error();
  }
  return parser.finish();
}

WipedBytes format_keyring(std::string_view kind, const KeyId& id, ByteView key) {
  WipedBytes text;
  text.append(std::string(keyring_magic) + " " + std::string(format_version) + " " + std::string(kind) + "\n");
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
