// The places of the signing keyrings: as configured, or beside the root public keyring.
#include "server/config/keyring_files.hpp"
#include "test/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace tacit::server;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() { config.root_public_keyring = directory / "root-public.keyring"; }
  fs::path operator/(const char* name) const { return directory / name; }
  /// A file of this user alone.
  fs::path write(const char* name, const std::string& text) const {
    const fs::path file = directory.write(name, text);
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    return file;
  }

  tacit::test::TemporaryFolder directory;
  Config config{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(keyring_places)

BOOST_AUTO_TEST_CASE(each_keyring_has_a_setting_and_a_usual_name) {
  for (const KeyringFile file : keyring_files) {
    const KeyringFileRow& row = row_of(file);
    const std::string setting = row.setting;
    BOOST_TEST(setting.ends_with("-keyring"));
    BOOST_TEST(row.usual_name == setting.substr(0, setting.rfind('-')) + ".keyring");
  }
}

BOOST_AUTO_TEST_CASE(a_file_beside_the_root_public_keyring_is_found) {
  const Folder folder;
  for (const KeyringFile file : keyring_files) {
    const char* const name = row_of(file).usual_name;
    BOOST_TEST((place_of(folder.config, file) == folder / name));
    BOOST_TEST(keyring_file(folder.config, file).empty());
    folder.write(name, "a keyring");
    BOOST_TEST((keyring_file(folder.config, file) == folder / name));
  }
}

BOOST_AUTO_TEST_CASE(a_configured_file_is_named_even_if_it_is_missing) {
  Folder folder;
  folder.config.audit_api_keyring = folder / "elsewhere";
  BOOST_TEST((place_of(folder.config, KeyringFile::audit_api) == folder / "elsewhere"));
  BOOST_TEST((keyring_file(folder.config, KeyringFile::audit_api) == folder / "elsewhere"));
}

BOOST_AUTO_TEST_CASE(a_stand_in_of_a_unit_is_no_keyring) {
  Folder folder;
  folder.config.audit_api_keyring = folder.write("credential", "none");
  BOOST_TEST(keyring_file(folder.config, KeyringFile::audit_api).empty());
  folder.write("audit-tools.keyring", "none\n");
  BOOST_TEST(keyring_file(folder.config, KeyringFile::audit_tools).empty());
}

BOOST_AUTO_TEST_CASE(without_a_root_public_keyring_there_is_no_usual_place) {
  const Config config{};
  for (const KeyringFile file : keyring_files) {
    BOOST_TEST(place_of(config, file).empty());
    BOOST_TEST(keyring_file(config, file).empty());
  }
}

BOOST_AUTO_TEST_CASE(a_server_opens_only_the_keyrings_of_its_planes) {
  using enum KeyringFile;
  BOOST_TEST(server_opens(Planes::api, audit_api));
  BOOST_TEST(!server_opens(Planes::api, root_signing));
  BOOST_TEST(!server_opens(Planes::api, audit_tools));
  BOOST_TEST(!server_opens(Planes::tools, audit_api));
  BOOST_TEST(server_opens(Planes::tools, root_signing));
  BOOST_TEST(server_opens(Planes::tools, audit_tools));
  for (const Planes planes : {Planes::api, Planes::tools, Planes::both}) {
    BOOST_TEST(!server_opens(planes, audit_operator));
  }
  for (const KeyringFile file : {root_signing, audit_api, audit_tools}) BOOST_TEST(server_opens(Planes::both, file));
}

BOOST_AUTO_TEST_SUITE_END()
