#include "http/exchange/reason_phrase.hpp"

#include <algorithm>
#include <array>

namespace tacit::http {
namespace {

struct Phrase {
  unsigned status;
  std::string_view text;
};

constexpr std::array<Phrase, 22> phrases{{
    {100, "Continue"},
    {200, "OK"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
}};
static_assert(std::ranges::is_sorted(phrases, {}, &Phrase::status));

}  // namespace

std::string_view reason_phrase(unsigned status) {
  const auto found = std::ranges::lower_bound(phrases, status, {}, &Phrase::status);
  return found != phrases.end() && found->status == status ? found->text : "Unknown";
}

}  // namespace tacit::http
