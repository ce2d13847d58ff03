#include "http/api/list_cursor.hpp"

#include "http/json/json_writer.hpp"

namespace tacit::http {

std::optional<crypto::Uuid> read_list_cursor(std::string_view text) { return crypto::parse_uuid(text); }

void write_list_cursor(crypto::WipedBytes& out, const std::optional<crypto::Uuid>& last_of_page) {
  if (last_of_page) {
    write_uuid(out, *last_of_page);
  } else {
    out.append("null");
  }
}

}  // namespace tacit::http
