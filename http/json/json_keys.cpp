#include "http/json/json_keys.hpp"

#include <functional>

namespace tacit::http {

bool JsonKeys::lies_in_body(std::string_view text) const {
  const std::less_equal<> not_after;
  return not_after(body_.data(), text.data()) && not_after(text.data() + text.size(), body_.data() + body_.size());
}

void JsonKeys::copy(std::string_view part) {
  copies_.reserve(body_.size());
  copies_.append(part);
  unfinished_ += part.size();
}

std::string_view JsonKeys::finish(std::string_view last) {
  if (unfinished_ == 0 && lies_in_body(last)) return last;
  copy(last);
  const std::size_t size = std::exchange(unfinished_, 0);
  return copies_.text().substr(copies_.size() - size);
}

}  // namespace tacit::http
