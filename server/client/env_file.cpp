#include "server/client/env_file.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "crypto/text/ascii.hpp"
#include "crypto/text/utf8.hpp"
#include "http/log/printable.hpp"

namespace tacit::server {
namespace {

using crypto::WipedBytes;

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view export_word = "export";

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool begins_name(char c) { return crypto::is_lower(c) || crypto::is_upper(c) || c == '_'; }
bool is_in_name(char c) { return begins_name(c) || crypto::is_digit(c) || c == '-' || c == '.'; }

/// The character that the one after a backslash stands for; 0 if it stands for none.
char escaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case '"':
    case '\\':
    case '$':
      return c;
    default:
      return '\0';
  }
}

class EnvFile {
 public:
  explicit EnvFile(std::string_view text) : rest_(text) {}

  /// The next assignment; std::nullopt at the end, and with a fault.
  std::optional<NewSecret> next();
  const std::string& fault() const { return fault_; }
  std::size_t line() const { return begin_; }

 private:
  bool at_end() const { return rest_.empty(); }
  char front() const { return rest_.empty() ? '\n' : rest_.front(); }
  void take() {
    if (front() == '\n') ++line_;
    rest_.remove_prefix(std::min<std::size_t>(1, rest_.size()));
  }
  void skip_blanks() {
    while (!at_end() && is_blank(front())) take();
  }
  void skip_line_end() {
    if (rest_.starts_with("\r\n")) take();
    take();
  }
  void skip_rest_of_line() { rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size())); }
  bool is_line_end() const { return at_end() || front() == '\n' || rest_.starts_with("\r\n") || rest_ == "\r"; }
  bool fail(std::string why) {
    fault_ = "line " + std::to_string(begin_) + ": " + std::move(why);
    return false;
  }
  std::string_view take_name();
  bool read_name(std::string& name);
  bool read_value(WipedBytes& value);
  bool read_quoted(WipedBytes& value);
  void read_plain(WipedBytes& value);

  std::string_view rest_;
  std::size_t line_ = 1;
  std::size_t begin_ = 1;  ///< the line of the present assignment
  std::string fault_;
};

std::string_view EnvFile::take_name() {
  std::size_t size = 0;
  while (size < rest_.size() && is_in_name(rest_[size])) ++size;
  const std::string_view name = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return name;
}

// A line without = may be a part of a value, so messages repeat nothing of it.
bool EnvFile::read_name(std::string& name) {
  std::string_view word = take_name();
  if (word == export_word && is_blank(front())) {
    skip_blanks();
    if (front() != '=') word = take_name();
  }
  if (word.empty() || !begins_name(word.front())) {
    return fail("is not NAME=value; a name has letters, digits, _, - and ., and begins with a letter or _");
  }
  skip_blanks();
  if (at_end() || front() != '=') return fail("is not NAME=value");
  take();
  name = word;
  return true;
}

bool EnvFile::read_quoted(WipedBytes& value) {
  const char quote = front();
  take();
  while (!at_end() && front() != quote) {
    char c = front();
    if (c == '\\' && quote == '"') {
      take();
      c = at_end() ? '\0' : escaped(front());
      if (c == '\0')
        return fail("has a backslash before another character than n, r, t, \", \\ and $; write \\\\ for one");
    }
    value.push_back(c);
    take();
  }
  if (at_end()) return fail(std::string("has no closing ") + quote);
  take();
  skip_blanks();
  if (front() == '#') skip_rest_of_line();
  return is_line_end() || fail("has text after the closing quote");
}

void EnvFile::read_plain(WipedBytes& value) {
  std::string_view text = rest_.substr(0, rest_.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#' && (i == 0 || is_blank(text[i - 1]))) text = text.substr(0, i);
  }
  value.append(crypto::trimmed(text));
  skip_rest_of_line();
}

bool EnvFile::read_value(WipedBytes& value) {
  skip_blanks();
  if (front() == '"' || front() == '\'') return read_quoted(value);
  read_plain(value);
  return true;
}

std::optional<NewSecret> EnvFile::next() {
  while (!at_end()) {
    begin_ = line_;
    skip_blanks();
    if (front() == '#') skip_rest_of_line();
    if (is_line_end()) {
      skip_line_end();
      continue;
    }
    NewSecret secret;
    if (!read_name(secret.name) || !read_value(secret.value)) return std::nullopt;
    if (secret.value.empty()) {
      fail(secret.name + " has no value");
      return std::nullopt;
    }
    skip_line_end();
    return secret;
  }
  return std::nullopt;
}

}  // namespace

ParsedSecrets parse_env_file(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (!crypto::is_utf8(text)) return std::string("is not UTF-8");
  if (text.find('\0') != std::string_view::npos) return std::string("has a NUL character");
  EnvFile file(text);
  std::vector<NewSecret> secrets;
  std::map<std::string, std::size_t> lines;
  while (auto secret = file.next()) {
    const auto [before, is_new] = lines.emplace(secret->name, file.line());
    if (!is_new) {
      return "line " + std::to_string(file.line()) + ": " + secret->name + " is already in line " +
             std::to_string(before->second);
    }
    secrets.push_back(std::move(*secret));
  }
  if (!file.fault().empty()) return file.fault();
  return ParsedSecrets(std::move(secrets));
}

}  // namespace tacit::server
