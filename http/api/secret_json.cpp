#include "http/api/secret_json.hpp"

#include "http/json/gathered_text.hpp"
#include "http/json/json_writer.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::http {
namespace {

/// Continues with a member that is a text or null, and may be confidential.
void add_text_or_null(crypto::WipedBytes& out, GatheredText& text, const std::optional<std::string>& value) {
  if (!value) return text.add("null");
  text.flush();
  write_text(out, *value);
}

void add_time(GatheredText& text, std::int64_t microseconds_since_epoch) {
  const store::Rfc3339Text instant = store::rfc3339_text(microseconds_since_epoch);
  text.add("\"");
  text.add({instant.data(), instant.size()});
  text.add("\"");
}

/// All but what follows the times.
void begin_secret(crypto::WipedBytes& out, GatheredText& text, const store::SecretInfo& secret) {
  text.add(R"({"secret_id":")");
  text.add_uuid(secret.id);
  text.add(R"(","user_id":")");
  text.add_uuid(secret.tenant);
  text.add(R"(","secret_name":)");
  text.flush();
  write_text(out, secret.name);
  text.add(R"(,"display":)");
  add_text_or_null(out, text, secret.display);
  text.add(R"(,"tool_name":)");
  add_text_or_null(out, text, secret.tool_name);
  text.add(R"(,"tool_arg":)");
  add_text_or_null(out, text, secret.tool_arg);
  text.add(secret.is_default_for_tool ? R"(,"is_default_for_tool":true,"created_at":)"
                                      : R"(,"is_default_for_tool":false,"created_at":)");
  add_time(text, secret.created_at);
  text.add(R"(,"updated_at":)");
  add_time(text, secret.updated_at);
}

}  // namespace

void write_secret(crypto::WipedBytes& out, const store::SecretInfo& secret) {
  GatheredText text(out);
  begin_secret(out, text, secret);
  text.add("}");
  text.flush();
}

void write_full_secret(crypto::WipedBytes& out, const store::SecretInfo& secret) {
  GatheredText text(out);
  begin_secret(out, text, secret);
  text.flush();
  out.append(R"(,"version":)");
  write_number(out, secret.version);
  out.append(R"(,"versions":)");
  write_number(out, secret.versions);
  out.append(R"(,"expires_at":)");
  write_time_or_null(out, secret.expires_at);
  out.append(R"(,"last_used_at":)");
  write_time_or_null(out, secret.last_used_at);
  out.push_back('}');
}

void write_version(crypto::WipedBytes& out, const store::SecretVersion& version) {
  out.append(R"({"version":)");
  write_number(out, version.number);
  out.append(R"(,"display":)");
  write_text_or_null(out, version.display);
  out.append(R"(,"created_at":)");
  write_time(out, version.created_at);
  out.append(R"(,"current":)");
  write_bool(out, version.current);
  out.push_back('}');
}

}  // namespace tacit::http
