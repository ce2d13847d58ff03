// The reader of units: drop-ins, environment, credentials.
#include "server/systemd/unit_file.hpp"
#include "test/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <fstream>

using namespace tacit::server;

namespace {

struct Host {
  Host() {
    for (const auto& one : directories) std::filesystem::create_directory(one);
  }
  void write(std::size_t where, const std::string& name, const std::string& text) const {
    const auto file = directories[where] / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::optional<Unit> unit() const { return read_unit("tacit-tools.service", directories); }

  tacit::test::TemporaryFolder directory;
  std::array<std::filesystem::path, 2> directories{directory / "lib", directory / "etc"};
};

constexpr const char* packaged = R"([Unit]
Description=User=nobody
[Service]
# User=commented
User=tacit-tools
Group=tacit-tools
SupplementaryGroups=tacit "tacit-api"
LoadCredential=metadata.keyring:/etc/tacit/keys/metadata.keyring
LoadCredential=root-private.keyring:/etc/tacit/keys/root-private.keyring
ExecStart=/usr/bin/tacit serve --plane tools \
  --metadata-keyring %d/metadata.keyring --root-private-keyring=${CREDENTIALS_DIRECTORY}/root-private.keyring --threads 4
[Install]
User=somebody
)";

}  // namespace

BOOST_AUTO_TEST_SUITE(unit_file)

BOOST_FIXTURE_TEST_CASE(a_unit_gives_its_server_arguments_and_variables, Host) {
  BOOST_TEST(!unit().has_value());
  write(0, "tacit-tools.service", packaged);
  const auto read = unit();
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(read->user == "tacit-tools");
  BOOST_TEST(read->plane == "tools");
  BOOST_TEST((read->groups == std::vector<std::string>{"tacit-tools", "tacit", "tacit-api"}));
  BOOST_TEST_REQUIRE(read->settings.size() == 2u);
  const UnitCredential& metadata = read->settings.at("metadata-keyring");
  BOOST_TEST(metadata.name == "metadata.keyring");
  BOOST_TEST(metadata.source == "/etc/tacit/keys/metadata.keyring");
  BOOST_TEST(!metadata.sealed);
  BOOST_TEST(read->settings.at("root-private-keyring").name == "root-private.keyring");
}

BOOST_FIXTURE_TEST_CASE(drop_ins_count_over_the_unit_and_the_administrators_over_the_packages, Host) {
  write(0, "tacit-tools.service", packaged);
  write(0, "tacit-tools.service.d/keys.conf", "[Service]\nLoadCredential=metadata.keyring:/package\n");
  write(1, "tacit-tools.service.d/keys.conf",
        "[Service]\nLoadCredentialEncrypted = metadata.keyring:/etc/tacit/keys/metadata.keyring.cred\n"
        "Environment=TACIT_ADMIN_LISTEN=127.0.0.1:8446 \"TACIT_ISSUERS=/with blank\" LANG=C\n");
  auto read = unit();
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(read->settings.at("metadata-keyring").sealed);
  BOOST_TEST(read->settings.at("metadata-keyring").source == "/etc/tacit/keys/metadata.keyring.cred");
  BOOST_TEST((read->environment == std::map<std::string, std::string>{{"TACIT_ADMIN_LISTEN", "127.0.0.1:8446"},
                                                                      {"TACIT_ISSUERS", "/with blank"}}));
  write(1, "tacit-tools.service.d/zz.conf",
        "[Service]\nExecStart=\nExecStart=/usr/bin/tacit serve --plane=both --metadata-keyring /plain\nEnvironment=\n");
  read = unit();
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(read->plane == "both");
  BOOST_TEST(read->settings.empty());
  BOOST_TEST(read->environment.empty());
  write(1, "tacit-tools.service", "[Service]\nUser=other\n");
  BOOST_TEST(unit()->user == "other");
}

BOOST_FIXTURE_TEST_CASE(a_credential_may_have_a_stand_in_for_a_missing_file, Host) {
  write(0, "tacit-tools.service",
        "[Service]\nUser=tacit-tools\nLoadCredential=metadata.keyring:/keys/metadata.keyring\n"
        "LoadCredential=audit-tools.keyring:/keys/audit-tools.keyring\nSetCredential=audit-tools.keyring:none\n"
        "ExecStart=/usr/bin/tacit serve --plane tools --metadata-keyring %d/metadata.keyring \\\n"
        "  --audit-tools-keyring %d/audit-tools.keyring\n");
  BOOST_TEST(!unit()->settings.at("metadata-keyring").instead.has_value());
  BOOST_TEST(unit()->settings.at("audit-tools-keyring").instead.value_or("") == "none");
  // A drop-in seals the keyring; the stand-in stays.
  write(1, "tacit-tools.service.d/keys.conf",
        "[Service]\nLoadCredentialEncrypted=audit-tools.keyring:/keys/audit-tools.keyring.cred\n");
  BOOST_TEST(unit()->settings.at("audit-tools-keyring").sealed);
  BOOST_TEST(unit()->settings.at("audit-tools-keyring").instead.has_value());
  write(1, "tacit-tools.service.d/none.conf", "[Service]\nSetCredential=\n");
  BOOST_TEST(!unit()->settings.at("audit-tools-keyring").instead.has_value());
}

BOOST_FIXTURE_TEST_CASE(files_of_variables_count_over_those_in_the_unit, Host) {
  const std::string own = directory / "own.env";
  const std::string further = directory / "further.env";
  std::ofstream(own) << "# ours\nTACIT_THREADS=2\nTACIT_LOG_LEVEL='warn'\nLANG=C\n";
  write(0, "tacit-tools.service",
        std::string(packaged) + "[Service]\nEnvironmentFile=" + own + "\nEnvironmentFile=-" + further +
            "\nEnvironment=TACIT_THREADS=1\n"
            "EnvironmentFile=-/etc/%i.env\n");
  auto read = unit();
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(read->missing.empty());
  BOOST_TEST(
      (read->environment == std::map<std::string, std::string>{{"TACIT_THREADS", "2"}, {"TACIT_LOG_LEVEL", "warn"}}));
  std::ofstream(further) << "TACIT_THREADS=3\n";
  BOOST_TEST(unit()->environment.at("TACIT_THREADS") == "3");
  std::filesystem::remove(own);
  BOOST_TEST((unit()->missing == std::vector<std::filesystem::path>{own}));
  write(1, "tacit-tools.service.d/more.conf",
        "[Service]\nEnvironmentFile=\nEnvironmentFile=" + further.substr(0, further.size() - 11) + "*.env\n");
  read = unit();
  BOOST_TEST(read->missing.empty());
  BOOST_TEST(read->environment.at("TACIT_THREADS") == "3");
}

BOOST_AUTO_TEST_SUITE_END()
