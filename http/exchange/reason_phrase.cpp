#include "http/exchange/reason_phrase.hpp"

namespace tacit::http {

std::string_view reason_phrase(unsigned status) {
  const auto found = std::ranges::lower_bound(reason_phrases, status, {}, &ReasonPhrase::status);
  return found != reason_phrases.end() && found->status == status ? found->text : "Unknown";
}

}  // namespace tacit::http
