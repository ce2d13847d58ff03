// The names that tool runtimes may have: what a certificate may call itself, and what an identities' file may list.
#pragma once

#include <string_view>

namespace tacit::auth {

/// Whether `identity` is a kind (uri:, dns:, cn:) and a name that can be shown and compared without doubt. Of a URI or
/// a DNS name: visible ASCII. Of a common name: UTF-8 without control and format characters, with no blank but single
/// spaces between its words.
bool is_identity_name(std::string_view identity);

}  // namespace tacit::auth
