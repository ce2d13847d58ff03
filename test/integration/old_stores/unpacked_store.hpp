// A deployment whose store and keyrings a former build made. They are in the repository as an archive.
#pragma once

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "test/integration/support/deployment.hpp"
#include "test/integration/support/succeeding_command.hpp"

namespace tacit::test {

class UnpackedStore {
 public:
  /// `archive`: its name in test/integration/old_stores.
  explicit UnpackedStore(const std::string& archive) : deployment_(Settings{{"map-size", "16M"}}) {
    const std::filesystem::path folder = deployment_.folder();
    std::filesystem::remove_all(deployment_.store());
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".keyring") std::filesystem::remove(entry.path());
    }
    const Finished unpacked =
        run({"tar", "-xzf", std::string(TACIT_SOURCE_DIR) + "/test/integration/old_stores/" + archive,
             "--no-same-owner", "-C", folder.string()});
    if (unpacked.status != 0) throw std::runtime_error("tar: " + unpacked.err);
    std::filesystem::permissions(deployment_.private_keyring(), std::filesystem::perms::owner_read);
  }

  const Deployment& deployment() const { return deployment_; }
  std::string command(const std::vector<std::string>& arguments) const { return succeed(deployment_, arguments); }

  std::int64_t format() const { return boost::json::parse(command({"stats", "--json"})).at("store_format").as_int64(); }
  /// A server checks every ten seconds whether it may raise the format.
  void wait_for_format(std::int64_t expected) const {
    for (int i = 0; i < 1200 && format() != expected; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    BOOST_TEST(format() == expected);
  }

 private:
  Deployment deployment_;
};

}  // namespace tacit::test
