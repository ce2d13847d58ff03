// `tacit stats` of a store in etcd, and the part about tenants that it shares with the other one.
#pragma once

#include <boost/json/array.hpp>

#include <cstddef>

#include "server/config/config.hpp"
#include "store/backup/keyless_store.hpp"

namespace tacit::server {

/// Counts the rows, asks each member of etcd for its figures, and prints both. Returns the exit code.
int stats_in_etcd(const Config& config, std::size_t top, bool as_json);

/// The largest tenants, after an empty line; nothing without any.
void print_biggest(const store::StoreFigures& figures);
boost::json::array biggest_json(const store::StoreFigures& figures);

}  // namespace tacit::server
