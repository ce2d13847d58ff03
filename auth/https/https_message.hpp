// Requests to an issuer, and its responses.
#pragma once

#include <cstddef>
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
};
HttpsRequest make_get(const HttpsUrl& url, std::size_t body_limit);
/// `authorization` is the field's value; `form` is application/x-www-form-urlencoded.
HttpsRequest make_form_post(const HttpsUrl& url, std::string_view authorization, std::string_view form,
                            std::size_t body_limit);

struct HttpsAnswer {
  crypto::WipedBytes body;
  std::string cache_control;  ///< all fields of that name, joined by commas
  std::string age;
};

struct HttpsError {
  std::string message;  ///< a sentence; repeats nothing that the server sent
  unsigned status = 0;  ///< of the response; 0 if there was none
};

}  // namespace tacit::auth
