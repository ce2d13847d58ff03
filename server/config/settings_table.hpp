// The rows of the table of settings, one file for each group of topics: settings_table_*.cpp. settings.hpp has the
// whole table.
#pragma once

#include <span>

#include "server/config/settings.hpp"

namespace tacit::server {

std::span<const Setting> listener_settings();  ///< settings_table_listeners.cpp
std::span<const Setting> balancer_settings();
std::span<const Setting> token_settings();
std::span<const Setting> store_settings();    ///< settings_table_store.cpp
std::span<const Setting> etcd_settings();     ///< settings_table_etcd.cpp
std::span<const Setting> limit_settings();    ///< settings_table_limits.cpp
std::span<const Setting> timeout_settings();  ///< settings_table_timeouts.cpp
std::span<const Setting> log_settings();

}  // namespace tacit::server
