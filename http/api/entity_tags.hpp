// The entity tag of a secret's state, and the conditions that name such tags (RFC 9110 sections 8.8.3 and 13.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tacit::http {

/// The tags of If-Match or If-None-Match.
struct EntityTags {
  bool any = false;                    ///< `*`
  std::vector<std::int64_t> strong{};  ///< the states that strong tags name; tags of other origin name none
  std::vector<std::int64_t> weak{};    ///< those that weak ones name: no strong comparison finds them

  bool names(std::int64_t state) const;         ///< as If-Match compares
  bool names_weakly(std::int64_t state) const;  ///< as If-None-Match compares
};

/// std::nullopt if the field is neither `*` nor a list of tags.
std::optional<EntityTags> parse_entity_tags(std::string_view field);

/// Appends the field `ETag` of a state (its `updated_at`): 16 hexadecimal digits in quotes.
void append_entity_tag(std::string& headers, std::int64_t state);

}  // namespace tacit::http
