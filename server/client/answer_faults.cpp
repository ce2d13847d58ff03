#include "server/client/answer_faults.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

#include "auth/tokens/json_document.hpp"
#include "crypto/text/sentence.hpp"
#include "http/log/printable.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

constexpr std::size_t largest_refusal = 1024 * 1024;
/// Faults that one line shows.
constexpr std::size_t shown_faults = 5;

struct Meaning {
  unsigned status;
  const char* words;
};
constexpr std::array meanings{
    Meaning{400, "the server did not take the request"},
    Meaning{401, "the server does not accept the key in the key file"},
    Meaning{403, "the key may not do this"},
    Meaning{404, "there is no such secret or key"},
    Meaning{409, "nothing was changed, because it would conflict"},
    Meaning{412, "nothing was changed, because the secret is not in the state of --if-match any more"},
    Meaning{413, "nothing was stored, because it is too large"},
    Meaning{422, "nothing was changed, because the input is not valid"},
    Meaning{429, "nothing was done, because there were too many requests"},
    Meaning{503, "the server is busy or not ready"},
    Meaning{507, "nothing was stored, because the server has no room"},
};

std::string meaning_of(unsigned status) {
  const auto found = std::ranges::find(meanings, status, &Meaning::status);
  return found == meanings.end() ? "the server refused" : found->words;
}

std::string text_of(const json::value* value) {
  const auto text = auth::text_of(value);
  return text ? std::string(*text) : std::string();
}

/// "secret_name", or "secret 4 (linear), secret_name" in a batch: the location without its first step, `body`.
std::string place_of(const json::value* loc, std::span<const std::string> items) {
  std::string place;
  if (loc == nullptr || !loc->is_array()) return place;
  for (const json::value& step : loc->get_array()) {
    if (&step == loc->get_array().begin()) continue;
    if (const auto* name = step.if_string()) {
      if (*name != "secrets" || items.empty())
        crypto::append_part(place, std::string_view(name->data(), name->size()), ", ");
    } else if (const auto* index = step.if_int64(); index != nullptr && *index >= 0) {
      const auto at = static_cast<std::size_t>(*index);
      std::string item = items.empty() ? std::to_string(at) : "secret " + std::to_string(at + 1);
      if (at < items.size()) item += " (" + items[at] + ")";
      crypto::append_part(place, item, ", ");
    }
  }
  return place;
}

std::string faults_in(const json::array& faults, std::span<const std::string> items) {
  std::string text;
  for (std::size_t i = 0; i < std::min(faults.size(), shown_faults); ++i) {
    const json::object* fault = faults[i].if_object();
    if (fault == nullptr) continue;
    const std::string place = place_of(auth::find_member(*fault, "loc"), items);
    crypto::append_part(text, (place.empty() ? "" : place + ": ") + text_of(auth::find_member(*fault, "msg")), "; ");
  }
  if (faults.size() > shown_faults) text += "; and " + std::to_string(faults.size() - shown_faults) + " more";
  return text;
}

/// The sentence, with the figures that come along.
std::string quota_in(const json::object& detail) {
  std::string text = text_of(auth::find_member(detail, "msg"));
  std::string figures;
  for (const char* name : {"limit", "used", "count_limit", "count", "requested"}) {
    const json::value* number = auth::find_member(detail, name);
    if (number == nullptr || !number->is_int64()) continue;
    std::string figure(name);
    std::ranges::replace(figure, '_', ' ');
    crypto::append_part(figures, figure + " " + std::to_string(number->get_int64()), ", ");
  }
  return figures.empty() ? text : text + " (" + figures + ")";
}

std::string detail_in(std::string_view body, std::span<const std::string> items) {
  const auto document = auth::parse_json_document(body, largest_refusal);
  if (!document || !document->is_object()) return {};
  const json::value* detail = auth::find_member(document->get_object(), "detail");
  if (detail == nullptr) return {};
  if (detail->is_array()) return faults_in(detail->get_array(), items);
  if (detail->is_object()) return quota_in(detail->get_object());
  return text_of(detail);
}

}  // namespace

std::string explain(unsigned status, std::string_view body, std::span<const std::string> items) {
  std::string text = meaning_of(status);
  const std::string detail = detail_in(body, items);
  if (!detail.empty()) text += ": " + detail;
  if (text.ends_with('.')) text.pop_back();
  return http::printable(text + " (status " + std::to_string(status) + ")");
}

}  // namespace tacit::server
