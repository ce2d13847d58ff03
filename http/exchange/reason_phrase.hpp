// The status line's reason phrases.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace tacit::http {

struct ReasonPhrase {
  unsigned status;
  std::string_view text;
};

inline constexpr std::array<ReasonPhrase, 25> reason_phrases{{
    {100, "Continue"},
    {200, "OK"},
    {204, "No Content"},
    {302, "Found"},
    {304, "Not Modified"},
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
static_assert(std::ranges::is_sorted(reason_phrases, {}, &ReasonPhrase::status));

/// Whether the status has a phrase: assert this of every status that Tacit answers.
constexpr bool has_reason_phrase(unsigned status) {
  return std::ranges::find(reason_phrases, status, &ReasonPhrase::status) != reason_phrases.end();
}

/// As in RFC 9110 section 15; "Unknown" for a status that Tacit never answers.
std::string_view reason_phrase(unsigned status);

}  // namespace tacit::http
