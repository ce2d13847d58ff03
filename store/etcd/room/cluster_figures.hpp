// The part of an engine's figures that is about the cluster, from what the room watch saw.
#pragma once

#include "store/engine/etcd_figures.hpp"
#include "store/etcd/room/etcd_health.hpp"

namespace tacit::store::etcd {

/// All members of EtcdFigures about the cluster and its database. The engine adds the store's name, the slot, the lag
/// of its watch and its counters.
EtcdFigures cluster_figures(const EtcdHealth& health);

}  // namespace tacit::store::etcd
