// Warnings about etcd for /readyz, the control socket and `tacit status`: what does not stop the server yet. Why it is
// not ready (no quorum, no slot, NOSPACE) is what the engine says (Health::unwilling, Room).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/engine/etcd_figures.hpp"

namespace tacit::server {

/// One sentence each. `certificate_note`: about the certificate of the server's identity.
std::vector<std::string> etcd_warnings(const store::EtcdFigures& figures,
                                       const std::optional<std::string>& certificate_note);

}  // namespace tacit::server
