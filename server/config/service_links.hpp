// Variables that Kubernetes gives every container for each service of its namespace ("service links"; Docker's links
// look alike): with a service named tacit-api a container has TACIT_API_PORT=tcp://10.0.0.1:8443 and more.
#pragma once

#include <string_view>

namespace tacit::server {

/// Whether the variable is one: NAME_SERVICE_HOST, NAME_SERVICE_PORT, NAME_SERVICE_PORT_…, NAME_PORT with a URL
/// of a transport protocol as its value, NAME_PORT_80_TCP (UDP, SCTP) and its _PROTO, _PORT and _ADDR. NAME is any
/// service's name.
bool is_service_link(std::string_view variable, std::string_view value);

}  // namespace tacit::server
