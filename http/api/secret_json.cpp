#include "http/api/secret_json.hpp"

#include "http/json/json_writer.hpp"

namespace tacit::http {
namespace {

/// All but the closing brace.
void begin_secret(crypto::WipedBytes& out, const store::SecretInfo& secret) {
  out.append(R"({"secret_id":)");
  write_uuid(out, secret.id);
  out.append(R"(,"user_id":)");
  write_uuid(out, secret.tenant);
  out.append(R"(,"secret_name":)");
  write_text(out, secret.name);
  out.append(R"(,"display":)");
  write_text_or_null(out, secret.display);
  out.append(R"(,"tool_name":)");
  write_text_or_null(out, secret.tool_name);
  out.append(R"(,"tool_arg":)");
  write_text_or_null(out, secret.tool_arg);
  out.append(R"(,"is_default_for_tool":)");
  write_bool(out, secret.is_default_for_tool);
  out.append(R"(,"created_at":)");
  write_time(out, secret.created_at);
  out.append(R"(,"updated_at":)");
  write_time(out, secret.updated_at);
}

}  // namespace

void write_secret(crypto::WipedBytes& out, const store::SecretInfo& secret) {
  begin_secret(out, secret);
  out.push_back('}');
}

void write_full_secret(crypto::WipedBytes& out, const store::SecretInfo& secret) {
  begin_secret(out, secret);
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
