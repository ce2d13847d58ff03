// Which changes are refused because etcd's database is full, and the words for operators. Pure.
#pragma once

#include <optional>
#include <string>

#include "store/engine/room.hpp"
#include "store/etcd/room/etcd_health.hpp"
#include "store/model/growth.hpp"

namespace tacit::store::etcd {

/// The part of the quota, in per cent, from which changes of a kind are refused: entries of refusals first, because any
/// client can cause them, and deletes never before etcd itself refuses them.
inline constexpr unsigned refusals_end_at = 60;
inline constexpr unsigned growth_ends_at = 75;
inline constexpr unsigned logging_ends_at = 85;

/// std::nullopt if etcd has room for a change of that kind; else why not and what to do. Without an answer from etcd
/// nothing is refused.
std::optional<std::string> refusal_of(const EtcdHealth& health, Growth growth);

Room room_of(const EtcdHealth& health);

}  // namespace tacit::store::etcd
