#include "server/config/service_links.hpp"

#include <algorithm>
#include <initializer_list>

namespace tacit::server {
namespace {

bool remove_one_of(std::string_view& text, std::initializer_list<std::string_view> endings) {
  for (const std::string_view ending : endings) {
    if (!text.ends_with(ending)) continue;
    text.remove_suffix(ending.size());
    return true;
  }
  return false;
}

// NAME_PORT_80_TCP.
bool names_a_port(std::string_view variable) {
  if (!remove_one_of(variable, {"_TCP", "_UDP", "_SCTP"})) return false;
  const auto digits = variable.find_last_not_of("0123456789") + 1;  // npos + 1 is 0
  if (digits == variable.size()) return false;
  return variable.substr(0, digits).ends_with("_PORT_");
}

bool is_url_of_transport(std::string_view value) {
  const auto protocols = {"tcp://", "udp://", "sctp://"};
  return std::ranges::any_of(protocols, [&](const char* protocol) { return value.starts_with(protocol); });
}

}  // namespace

bool is_service_link(std::string_view variable, std::string_view value) {
  if (variable.ends_with("_SERVICE_HOST") || variable.ends_with("_SERVICE_PORT")) return true;
  if (variable.find("_SERVICE_PORT_") != std::string_view::npos) return true;
  if (variable.ends_with("_PORT") && is_url_of_transport(value)) return true;
  if (names_a_port(variable)) return true;
  return remove_one_of(variable, {"_PROTO", "_PORT", "_ADDR"}) && names_a_port(variable);
}

}  // namespace tacit::server
