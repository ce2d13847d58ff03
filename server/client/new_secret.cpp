#include "server/client/new_secret.hpp"

#include <algorithm>
#include <utility>

#include "http/json/json_writer.hpp"

namespace tacit::server {
namespace {

using crypto::WipedBytes;

/// Writes the members of an object.
class ObjectWriter {
 public:
  explicit ObjectWriter(WipedBytes& out) : out_(out) { out_.push_back('{'); }
  WipedBytes& member(std::string_view name) {
    if (!std::exchange(first_, false)) out_.push_back(',');
    http::write_text(out_, name);
    out_.push_back(':');
    return out_;
  }
  void text(std::string_view name, std::string_view value) { http::write_text(member(name), value); }
  void truth(std::string_view name, bool value) { http::write_bool(member(name), value); }
  void end() { out_.push_back('}'); }

 private:
  WipedBytes& out_;
  bool first_ = true;
};

void write(WipedBytes& out, const NewSecret& secret) {
  ObjectWriter object(out);
  object.text("secret_name", secret.name);
  object.text("secret_value", secret.value.text());
  if (secret.tool_name) object.text("tool_name", *secret.tool_name);
  if (secret.tool_arg) object.text("tool_arg", *secret.tool_arg);
  if (secret.is_default_for_tool) object.truth("is_default_for_tool", true);
  if (!secret.expires_at.empty()) object.text("expires_at", secret.expires_at);
  object.end();
}

constexpr std::string_view batch_begin = R"({"secrets":[)";
constexpr std::string_view batch_end = "]}";

}  // namespace

WipedBytes body_of(const NewSecret& secret) {
  WipedBytes body;
  write(body, secret);
  return body;
}

WipedBytes body_of(const SecretChange& change) {
  WipedBytes body;
  ObjectWriter object(body);
  if (change.name) object.text("secret_name", *change.name);
  if (change.value) object.text("secret_value", change.value->text());
  if (change.tool_name) http::write_text_or_null(object.member("tool_name"), *change.tool_name);
  if (change.tool_arg) http::write_text_or_null(object.member("tool_arg"), *change.tool_arg);
  if (change.is_default_for_tool) object.truth("is_default_for_tool", *change.is_default_for_tool);
  if (change.expires_at) {
    http::write_text_or_null(object.member("expires_at"),
                             change.expires_at->empty() ? std::nullopt : change.expires_at);
  }
  if (change.discard_previous) object.truth("discard_previous", true);
  object.end();
  return body;
}

WipedBytes batch_body(std::span<const NewSecret> secrets) {
  WipedBytes body;
  body.append(batch_begin);
  for (const NewSecret& secret : secrets) {
    if (&secret != &secrets.front()) body.push_back(',');
    write(body, secret);
  }
  body.append(batch_end);
  return body;
}

std::size_t fitting_batch(std::span<const NewSecret> secrets) {
  std::size_t size = batch_begin.size() + batch_end.size();
  std::size_t number = 0;
  for (const NewSecret& secret : secrets.first(std::min(secrets.size(), batch_secrets))) {
    size += body_of(secret).size() + 1;  // with a comma
    if (size > batch_bytes) break;
    ++number;
  }
  return number;
}

}  // namespace tacit::server
