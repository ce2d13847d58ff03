#include "store/audit/audit_form.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace tacit::store {
namespace {

constexpr std::string_view number_member = "change";

constexpr std::array<std::string_view, 19> members{"time",   "plane",        "actor",       "action",     "outcome",
                                                   "tenant", "secrets",      number_member, "heads",      "tool",
                                                   "reason", "on_behalf_of", "peer",        "request_id", "traceparent",
                                                   "rows",   "versions",     "tenant_key",  "moved"};

class Scanner {
 public:
  explicit Scanner(std::string_view rest) : rest_(rest) {}

  bool take(char expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// A text as it is spelled, without its quotation marks.
  std::optional<std::string_view> text() {
    if (!take('"')) return std::nullopt;
    std::size_t end = 0;
    for (; end < rest_.size() && rest_[end] != '"'; ++end) {
      if (static_cast<unsigned char>(rest_[end]) < 0x20) return std::nullopt;
      if (rest_[end] == '\\') ++end;
    }
    if (end >= rest_.size()) return std::nullopt;
    const std::string_view spelled = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return spelled;
  }

  bool value(std::string_view name) {
    if (name == number_member) return number();
    return rest_.starts_with('[') ? list() : text().has_value();
  }
  bool is_at_end() const { return rest_.empty(); }

 private:
  bool number() {
    const std::size_t size = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(size);
    return size > 0;
  }

  bool list() {
    if (!take('[')) return false;
    do {
      const bool is_item = rest_.starts_with('"') ? text().has_value() : number();
      if (!is_item) return false;
    } while (take(','));
    return take(']');
  }

  std::string_view rest_;
};

}  // namespace

bool has_entry_form(std::string_view body) {
  Scanner scanner(body);
  if (!scanner.take('{')) return false;
  const auto* next = members.begin();
  do {
    const auto name = scanner.text();
    if (!name) return false;
    next = std::find(next, members.end(), *name);
    if (next == members.end() || !scanner.take(':') || !scanner.value(*name)) return false;
    ++next;
  } while (scanner.take(','));
  return scanner.take('}') && scanner.is_at_end();
}

}  // namespace tacit::store
