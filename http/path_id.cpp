#include "http/path_id.hpp"

#include "http/target.hpp"
#include "http/uuid_text.hpp"

namespace tacit::http {

Parsed<crypto::Uuid> parse_path_id(std::string_view segment, std::string_view name) {
  const auto text = percent_decode(segment, false);
  auto parsed = parse_uuid_text(text.value_or(std::string()));
  if (const auto* why = std::get_if<std::string>(&parsed)) return Faults{uuid_parsing(Loc{"path", name}, *why)};
  return std::get<crypto::Uuid>(parsed);
}

}  // namespace tacit::http
