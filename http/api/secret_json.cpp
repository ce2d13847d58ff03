#include "http/api/secret_json.hpp"

#include "http/json/json_writer.hpp"

namespace tacit::http {

void write_secret(crypto::WipedBytes& out, const store::SecretInfo& secret) {
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
  out.push_back('}');
}

}  // namespace tacit::http
