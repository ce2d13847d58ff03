#include "server/config/config.hpp"

#include "server/config/settings.hpp"

namespace tacit::server {

Config::Config() {
  for (const Setting& setting : settings()) {
    if (*setting.initial != '\0') setting.set(*this, setting.initial);
  }
}

std::string Endpoint::str() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace tacit::server
