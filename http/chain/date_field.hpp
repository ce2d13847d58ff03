// The date of answers.
#pragma once

#include <string>
#include <string_view>

namespace tacit::http {

/// The `Date` field's value (RFC 9110 section 6.6.1), refreshed at every sweep rather than for each answer. Belongs to
/// one thread.
class DateField {
 public:
  DateField() { refresh(); }
  void refresh();
  std::string_view text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace tacit::http
