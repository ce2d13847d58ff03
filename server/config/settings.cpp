#include "server/config/settings.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "crypto/text/ascii.hpp"
#include "server/config/settings_table.hpp"

namespace tacit::server {

std::span<const SettingTopic> setting_topics() {
  static const std::array topics = {SettingTopic{"Listeners and TLS", listener_settings()},
                                    SettingTopic{"Behind a load balancer", balancer_settings()},
                                    SettingTopic{"Issuers and tokens", token_settings()},
                                    SettingTopic{"Store and keyrings", store_settings()},
                                    SettingTopic{"Store in etcd", etcd_settings()},
                                    SettingTopic{"Limits", limit_settings()},
                                    SettingTopic{"Timeouts", timeout_settings()},
                                    SettingTopic{"Logs and audit", log_settings()}};
  return topics;
}

std::span<const Setting> settings() {
  static const std::vector<Setting> all = [] {
    std::vector<Setting> list;
    for (const SettingTopic& topic : setting_topics())
      list.insert(list.end(), topic.settings.begin(), topic.settings.end());
    return list;
  }();
  return all;
}

const Setting* find_setting(std::string_view name) {
  const auto all = settings();
  const auto found = std::ranges::find_if(all, [&](const Setting& setting) { return setting.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string environment_name(std::string_view setting_name) {
  std::string name = "TACIT_";
  for (const char c : setting_name) name += c == '-' ? '_' : crypto::upper(c);
  return name;
}

}  // namespace tacit::server
