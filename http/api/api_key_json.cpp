#include "http/api/api_key_json.hpp"

#include <utility>

#include "auth/model/scope_names.hpp"
#include "http/json/json_writer.hpp"

namespace tacit::http {

void write_api_key(crypto::WipedBytes& out, const store::ApiKey& key, std::string_view text) {
  out.append(R"({"key_id":)");
  write_text(out, key.id);
  out.append(R"(,"name":)");
  write_text(out, key.name);
  out.append(R"(,"scopes":[)");
  bool first = true;
  for (const std::string_view scope : auth::scope_names(key.scopes)) {
    if (!std::exchange(first, false)) out.push_back(',');
    write_text(out, scope);
  }
  out.append(R"(],"created_at":)");
  write_time(out, key.created_at);
  out.append(R"(,"expires_at":)");
  write_time_or_null(out, key.expires_at);
  out.append(R"(,"last_used_at":)");
  write_time_or_null(out, key.last_used_at);
  if (!text.empty()) {
    out.append(R"(,"key":)");
    write_text(out, text);
  }
  out.push_back('}');
}

}  // namespace tacit::http
