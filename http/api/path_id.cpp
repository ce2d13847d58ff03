#include "http/api/path_id.hpp"

#include "http/json/uuid_text.hpp"
#include "http/wire/target.hpp"

namespace tacit::http {

Parsed<crypto::Uuid> parse_path_id(std::string_view segment, std::string_view name) {
  // Nearly every id comes in the form that answers use, and needs neither decoding nor the parser of other forms.
  if (const auto id = crypto::parse_uuid(segment)) return *id;
  const auto text = percent_decode(segment, false);
  auto parsed = parse_uuid_text(text.value_or(std::string()));
  if (const auto* why = std::get_if<std::string>(&parsed)) return Faults{uuid_parsing(Loc{"path", name}, *why)};
  return std::get<crypto::Uuid>(parsed);
}

}  // namespace tacit::http
