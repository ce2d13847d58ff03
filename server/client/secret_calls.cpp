#include "server/client/secret_calls.hpp"

#include "crypto/ids/uuid.hpp"
#include "crypto/text/ascii.hpp"
#include "http/log/printable.hpp"
#include "server/client/answers.hpp"
#include "server/config/errors.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

constexpr std::size_t most_pages = 10'000;

/// `path` with its query; `cursor=` is added for each page.
std::vector<json::object> all_pages(ApiSession& session, const std::string& path) {
  std::vector<json::object> all;
  std::string cursor;
  for (std::size_t page = 0; page < most_pages; ++page) {
    ApiRequest request{.method = "GET", .path = path};
    if (!cursor.empty()) request.path += "&cursor=" + url_encoded(cursor);
    const json::object answer = object_in(session.send(request).body.text());
    for (json::object& item : objects_in_list(answer)) all.push_back(std::move(item));
    const std::string next = text_at(answer, "next_cursor");
    if (next.empty()) return all;
    if (next == cursor) break;
    cursor = next;
  }
  throw CommandFailed("the list does not end: ask for a part of it, such as --tool NAME");
}

}  // namespace

std::string url_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (crypto::is_letter_or_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4U];
    encoded += digits[byte & 0x0fU];
  }
  return encoded;
}

std::vector<json::object> list_secrets(ApiSession& session, const std::string& filter) {
  std::string target(secrets_path);
  target.append("?view=full&limit=200").append(filter);
  return all_pages(session, target);
}

std::vector<json::object> list_uses(ApiSession& session, const std::string& secret_id) {
  return all_pages(session, secret_path(secret_id) + "/uses?limit=100");
}

std::string find_secret(ApiSession& session, const std::string& id_or_name) {
  if (const auto id = crypto::parse_uuid(id_or_name)) return id->str();
  for (const json::object& secret : list_secrets(session, "&secret_name=" + url_encoded(id_or_name))) {
    std::string id = text_at(secret, "secret_id");
    if (text_at(secret, "secret_name") == id_or_name && crypto::parse_uuid(id)) return id;
  }
  throw CommandFailed("there is no secret of the name \"" + http::printable(id_or_name) + "\"");
}

std::string secret_path(const std::string& secret_id) { return secrets_path + secret_id; }

json::object secret_in(const ApiAnswer& answer) {
  json::object secret = object_in(answer.body.text());
  std::string_view tag = answer.entity_tag;
  if (tag.starts_with('"') && tag.ends_with('"') && tag.size() > 2) tag = tag.substr(1, tag.size() - 2);
  if (!tag.empty()) secret["etag"] = json::string_view(tag.data(), tag.size());
  return secret;
}

}  // namespace tacit::server
