// The stand-ins for credentials of a unit: copies, and what replaces a missing file.
#include "server/systemd/sealed_keyrings.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "crypto/keyrings/signers.hpp"
#include "server/config/keyring_files.hpp"
#include "test/temporary_folder.hpp"

using namespace tacit::server;

namespace {

struct Credentials {
  Credentials() { unit.name = "tacit-api.service"; }
  void add(const std::string& setting, const std::string& file, std::optional<std::string> instead) {
    unit.settings[setting] = {.name = file, .source = directory / file.c_str(), .instead = std::move(instead)};
  }
  /// The configuration as a server of the unit would have it.
  Config open() {
    stand_ins.open(unit, ::geteuid());
    Config config{};
    config.root_public_keyring = directory / "root-public.keyring";
    stand_ins.use(config);
    return config;
  }

  tacit::test::TemporaryFolder directory;
  Unit unit;
  CredentialStandIns stand_ins;
};

bool has_setting(const std::vector<std::pair<std::string, std::filesystem::path>>& keyrings, const char* setting) {
  return std::ranges::any_of(keyrings, [&](const auto& one) { return one.first == setting; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sealed_keyrings)

BOOST_FIXTURE_TEST_CASE(a_missing_keyring_has_the_units_stand_in, Credentials) {
  add("audit-api-keyring", "audit-api.keyring", "none");
  const Config config = open();
  BOOST_TEST(stand_ins.problems().empty());
  BOOST_TEST(stand_ins.notes().empty());
  BOOST_TEST(!stand_ins.any_unjudged());
  BOOST_TEST(tacit::test::content_of(config.audit_api_keyring) == "none");
  BOOST_TEST(keyring_file(config, KeyringFile::audit_api).empty());  // not configured
}

BOOST_FIXTURE_TEST_CASE(a_keyring_counts_over_the_stand_in, Credentials) {
  directory.write("audit-api.keyring", "a keyring\n");
  add("audit-api-keyring", "audit-api.keyring", "none");
  const Config config = open();
  BOOST_TEST(stand_ins.problems().empty());
  BOOST_TEST(tacit::test::content_of(config.audit_api_keyring) == "a keyring\n");
  BOOST_TEST(!keyring_file(config, KeyringFile::audit_api).empty());
}

BOOST_FIXTURE_TEST_CASE(a_missing_keyring_without_a_stand_in_is_a_problem, Credentials) {
  add("metadata-keyring", "metadata.keyring", std::nullopt);
  open();
  BOOST_TEST_REQUIRE(stand_ins.problems().size() == 1u);
  BOOST_TEST(stand_ins.problems().front().starts_with("metadata-keyring: "));
  BOOST_TEST(stand_ins.any_unjudged());
}

BOOST_AUTO_TEST_CASE(each_plane_reads_only_its_own_keyrings) {
  Config config{};
  config.plane = Planes::api;
  const auto of_api = served_keyrings(config);
  config.plane = Planes::tools;
  const auto of_tools = served_keyrings(config);
  config.plane = Planes::both;
  const auto of_both = served_keyrings(config);
  for (const char* const setting : {"root-private-keyring", "root-signing-keyring", "audit-tools-keyring"}) {
    BOOST_TEST(!has_setting(of_api, setting), setting);
    BOOST_TEST(has_setting(of_tools, setting), setting);
    BOOST_TEST(has_setting(of_both, setting), setting);
  }
  BOOST_TEST(has_setting(of_api, "audit-api-keyring"));
  BOOST_TEST(!has_setting(of_tools, "audit-api-keyring"));
  BOOST_TEST(has_setting(of_both, "audit-api-keyring"));
  for (const auto& all : {of_api, of_tools, of_both}) {
    BOOST_TEST(!has_setting(all, "audit-operator-keyring"));
    BOOST_TEST(has_setting(all, "metadata-keyring"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
