// A deployment whose keyrings and store are of version 0.2.0: nothing is signed. It is in the repository as
// store_0_2_0.tar.gz: two secrets of one tenant, of which the first was changed once, and twelve deleted ones.
#pragma once

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "test/integration/shared_server.hpp"
#include "test/integration/succeeding_command.hpp"

namespace tacit::test {

inline const std::string old_tenant = "6f1b9a52-1c1d-4d5e-8a53-0b7a7f6d9c11";
inline const std::string old_key = "tct_tOpUUlzHBG0ajZMwdSWt7YXzPmQ7lvDmkCEB2RrgeWK9xtwb0TuBP71IHvcu";

class OldStore {
 public:
  OldStore() : deployment_(Settings{{"map-size", "16M"}}) {
    const std::filesystem::path folder = deployment_.folder();
    std::filesystem::remove_all(deployment_.store());
    for (const char* const ring :
         {"root-private", "root-public", "metadata", "root-signing", "audit-api", "audit-tools", "audit-operator"}) {
      std::filesystem::remove(folder / (std::string(ring) + ".keyring"));
    }
    const Finished unpacked =
        run({"tar", "-xzf", std::string(TACIT_SOURCE_DIR) + "/test/integration/store_0_2_0.tar.gz", "--no-same-owner",
             "-C", folder.string()});
    if (unpacked.status != 0) throw std::runtime_error("tar: " + unpacked.err);
    std::filesystem::permissions(deployment_.private_keyring(), std::filesystem::perms::owner_read);
  }
  const Deployment& deployment() const { return deployment_; }
  std::string command(const std::vector<std::string>& arguments) const { return succeed(deployment_, arguments); }

 private:
  Deployment deployment_;
};

inline std::int64_t format_of(const OldStore& old) {
  return boost::json::parse(old.command({"stats", "--json"})).at("store_format").as_int64();
}

/// A server checks every ten seconds.
inline void wait_for_format(const OldStore& old, std::int64_t format) {
  for (int i = 0; i < 1200 && format_of(old) != format; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  BOOST_TEST(format_of(old) == format);
}

}  // namespace tacit::test
