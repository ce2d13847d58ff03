// The lines of `tacit status` about signatures, from the answers of the servers (server/control/control_answers.hpp).
#pragma once

#include <vector>

#include "server/commands/status_report.hpp"

namespace tacit::server {

/// Whether new keys and audit entries are signed, or have to be, with what /readyz warns of. Before an operator has set
/// that up, the line is good: an upgrade does not need attention.
StatusLine signing_status(const std::vector<FoundServer>& servers);
/// The key pairs that are ready for new tenants.
StatusLine prekey_status(const std::vector<FoundServer>& servers);

}  // namespace tacit::server
