// Helpers for tests that start a load balancer from conf's samples.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "test/integration/support/process.hpp"

namespace tacit::test {

inline const std::string own_address = "127.0.0.1";  ///< where the balancers connect from

/// A port without a listener, below the range of outgoing connections' ports.
std::uint16_t free_port();

/// 127.0.0.1 with that port.
std::string at(std::uint16_t port);

/// Replaces every occurrence. Throws if there is none, because the sample has changed.
void replace(std::string& text, const std::string& from, const std::string& to);

/// The text of a file in conf/.
std::string sample(const std::string& name);

/// Stops nginx in order: a killed master process leaves its workers running.
struct AskedToEnd {
  ~AskedToEnd();
  Process& process;
};

/// conf/nginx.conf.sample with its addresses and files replaced: `passing` and `ending` are the ports of its two
/// shapes, `one` and `other` the servers' addresses.
struct NginxPlaces {
  std::filesystem::path folder;
  std::uint16_t passing;
  std::uint16_t ending;
  std::string one;
  std::string other;
};
std::string nginx_config(const NginxPlaces& places);

/// The command that starts nginx with a configuration in that folder.
std::vector<std::string> nginx_command(const std::filesystem::path& folder, const std::filesystem::path& config);

}  // namespace tacit::test
