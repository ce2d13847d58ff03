// Requests to an issuer or to another server of JSON documents, and its responses.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "auth/https/https_url.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::auth {

/// A whole message, head and body, in wiped memory because it may hold a token and a client secret.
struct HttpsRequest {
  HttpsUrl url;
  crypto::WipedBytes message;
  std::size_t body_limit = 0;  ///< bytes of the response's body
  bool keep_alive = false;     ///< keep the connection open for the next request
  bool any_status = false;     ///< JSON of a status other than 200 is an answer, too, except that of a redirect
  bool may_repeat = true;      ///< on a new connection, when a kept one fails before the first byte of the response
};
HttpsRequest make_get(const HttpsUrl& url, std::size_t body_limit);
/// `authorization` is the field's value; `form` is application/x-www-form-urlencoded.
HttpsRequest make_form_post(const HttpsUrl& url, std::string_view authorization, std::string_view form,
                            std::size_t body_limit);

/// A field of a request's head, without control characters.
struct HttpsField {
  std::string_view name;
  std::string_view value;
};
/// A request with these fields; with a JSON body, unless that is empty. Any status of the response is an answer.
HttpsRequest make_json_request(std::string_view method, const HttpsUrl& url, std::span<const HttpsField> fields,
                               std::string_view json, std::size_t body_limit);

struct HttpsAnswer {
  crypto::WipedBytes body;
  unsigned status = 0;
  std::string cache_control;  ///< all fields of that name, joined by commas
  std::string age;
  std::string entity_tag;   ///< ETag
  std::string retry_after;  ///< Retry-After
  bool replayed = false;    ///< Idempotency-Replayed: true
};

struct HttpsError {
  std::string message;  ///< a sentence; repeats nothing that the server sent
  unsigned status = 0;  ///< of the response; 0 if there was none
  bool sent = false;    ///< the server may have received the request
};

}  // namespace tacit::auth
