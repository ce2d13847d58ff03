#include "server/systemd/environment_file.hpp"

#include <algorithm>

namespace tacit::server {
namespace {

constexpr std::string_view blanks = " \t\r";

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::map<std::string, std::string> read() {
    while (at_ < text_.size()) line();
    return std::move(found_);
  }

 private:
  void line() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::size_t equals = text_.find('=', at_);
    if (at_ == end || text_[at_] == '#' || text_[at_] == ';' || equals >= end) {
      at_ = std::min(end + 1, text_.size());
      return;
    }
    const std::string_view before = text_.substr(at_, equals - at_);
    std::string name(before.substr(0, before.find_last_not_of(blanks) + 1));
    at_ = equals + 1;
    std::string text = value();
    if (!name.empty()) found_[std::move(name)] = std::move(text);
  }

  /// Reads to the end of the value's line, which may be a later one.
  std::string value() {
    at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
    std::string text;
    std::size_t kept = 0;  // its size without trailing unquoted white space
    char quote = '\0';
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (quote == '\0' && c == '\n') break;
      if (c == '\\' && quote != '\'' && at_ + 1 < text_.size()) {
        if (text_[++at_] == '\n') continue;
        text.push_back(text_[at_]);
        kept = text.size();
      } else if (quote != '\0' ? c == quote : c == '"' || c == '\'') {
        quote = quote == '\0' ? c : '\0';
        kept = text.size();
      } else {
        text.push_back(c);
        if (quote != '\0' || blanks.find(c) == std::string_view::npos) kept = text.size();
      }
    }
    text.resize(kept);
    return text;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::map<std::string, std::string> found_;
};

}  // namespace

std::map<std::string, std::string> parse_environment_file(std::string_view text) { return Reader(text).read(); }

}  // namespace tacit::server
