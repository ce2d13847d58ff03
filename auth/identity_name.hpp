// The names of tool runtimes, as certificates present them and identities' files list them.
#pragma once

#include <string_view>

namespace tacit::auth {

/// Whether `identity` is a kind (uri:, dns:, cn:) and a name that can be shown and compared unambiguously: a URI or DNS
/// name of visible ASCII; a common name of UTF-8 without control and format characters, whose only blanks are single
/// spaces between words.
bool is_identity_name(std::string_view identity);

}  // namespace tacit::auth
