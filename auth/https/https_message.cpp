#include "auth/https/https_message.hpp"

namespace tacit::auth {
namespace {

/// Appends the request line and the common fields. The URL's parts contain no control characters.
void append_head(crypto::WipedBytes& message, std::string_view method, const HttpsUrl& url) {
  message.append(method);
  message.append(" ");
  message.append(url.target);
  message.append(" HTTP/1.1\r\nHost: ");
  message.append(url.authority());
  message.append("\r\nUser-Agent: tacit/" TACIT_VERSION "\r\nAccept: application/json");
}

}  // namespace

HttpsRequest make_get(const HttpsUrl& url, std::size_t body_limit) {
  HttpsRequest request;
  request.url = url;
  request.body_limit = body_limit;
  append_head(request.message, "GET", url);
  request.message.append(", application/jwk-set+json\r\nConnection: close\r\n\r\n");
  return request;
}

HttpsRequest make_form_post(const HttpsUrl& url, std::string_view authorization, std::string_view form,
                            std::size_t body_limit) {
  HttpsRequest request;
  request.url = url;
  request.body_limit = body_limit;
  request.keep_alive = true;
  crypto::WipedBytes& message = request.message;
  message.reserve(512 + url.target.size() + authorization.size() + form.size());
  append_head(message, "POST", url);
  message.append("\r\nAuthorization: ");
  message.append(authorization);
  message.append("\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ");
  message.append(std::to_string(form.size()));
  message.append("\r\n\r\n");
  message.append(form);
  return request;
}

HttpsRequest make_json_request(std::string_view method, const HttpsUrl& url, std::span<const HttpsField> fields,
                               std::string_view json, std::size_t body_limit) {
  HttpsRequest request;
  request.url = url;
  request.body_limit = body_limit;
  request.keep_alive = true;
  request.any_status = true;
  crypto::WipedBytes& message = request.message;
  std::size_t size = 512 + url.target.size() + json.size();
  for (const HttpsField& field : fields) size += field.name.size() + field.value.size() + 4;
  message.reserve(size);
  append_head(message, method, url);
  for (const HttpsField& field : fields) {
    message.append("\r\n");
    message.append(field.name);
    message.append(": ");
    message.append(field.value);
  }
  if (!json.empty()) {
    message.append("\r\nContent-Type: application/json\r\nContent-Length: ");
    message.append(std::to_string(json.size()));
  }
  message.append("\r\n\r\n");
  message.append(json);
  return request;
}

}  // namespace tacit::auth
