// `tacit check-config` judges with a user's rights and reads sealed keyrings; commands of the store ignore faults in
// the server's settings.
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/integration/support/shared_server.hpp"

using namespace tacit::test;

namespace {

constexpr uid_t nobody = 65534;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result(::geteuid() == 0);
  result.message() << "only root may become another user";
  return result;
}

boost::test_tools::assertion_result can_seal(boost::unit_test::test_unit_id) {
  static const bool can =
      ::geteuid() == 0 && std::filesystem::exists("/usr/bin/systemd-creds") &&
      run({"/bin/sh", "-c", "printf x | systemd-creds encrypt --with-key=host --name=x - -"}).status == 0;
  boost::test_tools::assertion_result result(can);
  result.message() << "systemd-creds cannot seal here";
  return result;
}

/// A deployment whose files all belong to `nobody`, as if the server ran as that user.
struct OfNobody {
  OfNobody() {
    for (const auto& [setting, source] : {std::pair{"api-certificate", certificates().server.certificate},
                                          std::pair{"api-certificate-key", certificates().server.key},
                                          std::pair{"tool-certificate", certificates().server.certificate},
                                          std::pair{"tool-certificate-key", certificates().server.key},
                                          std::pair{"tool-client-ca", certificates().runtimes.certificate()}}) {
      const auto file = deployment.folder() / setting;
      std::filesystem::copy_file(source, file);
      deployment.configure({{setting, file.string()}});
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(deployment.folder())) give(entry.path());
    give(deployment.folder());
    take(deployment.folder() / "root-public.keyring");  // both users read it
  }
  static void give(const std::filesystem::path& file) { BOOST_REQUIRE(::lchown(file.c_str(), nobody, nobody) == 0); }
  static void take(const std::filesystem::path& file) { BOOST_REQUIRE(::lchown(file.c_str(), 0, 0) == 0); }
  Finished check(std::vector<std::string> more = {"--as", "nobody"}) const {
    more.insert(more.begin(), "check-config");
    return deployment.command(more);
  }

  Deployment deployment;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(check_config)

BOOST_AUTO_TEST_CASE(it_checks_with_the_rights_of_a_user, *boost::unit_test::precondition(is_root)) {
  const OfNobody files;
  BOOST_TEST(files.check().status == 0, files.check().err);
  BOOST_TEST(files.check({"--as", "65534"}).status == 0);
  BOOST_TEST(files.check({"--as", "no-such-user"}).status == 2);

  // A file that root can read and the user cannot.
  const auto key = files.deployment.folder() / "api-certificate-key";
  OfNobody::take(key);
  std::filesystem::permissions(key, std::filesystem::perms(0600));
  Finished done = files.check();
  BOOST_TEST(done.status == 2);
  BOOST_TEST(has(done.err, key.string()), done.err);
  BOOST_TEST(!has(files.check({}).err, key.string()));
  BOOST_TEST(files.check({"--as", "nobody", "--plane", "tools"}).status == 0);
  OfNobody::give(key);

  OfNobody::take(files.deployment.private_keyring());
  done = files.check();
  BOOST_TEST(done.status == 2);
  BOOST_TEST(has(done.err, files.deployment.private_keyring().string()), done.err);
  BOOST_TEST(files.check({"--as", "nobody", "--plane", "api"}).status == 0);
  OfNobody::give(files.deployment.private_keyring());

  // A store that the user can read but not write.
  for (const auto& entry : std::filesystem::directory_iterator(files.deployment.store())) {
    OfNobody::take(entry.path());
    std::filesystem::permissions(entry.path(), std::filesystem::perms(0644));
  }
  OfNobody::take(files.deployment.store());
  std::filesystem::permissions(files.deployment.store(), std::filesystem::perms(0755));
  done = files.check();
  BOOST_TEST(done.status == 2);
  BOOST_TEST(has(done.err, files.deployment.store().string()), done.err);

  // The configuration file.
  OfNobody::take(files.deployment.config());
  std::filesystem::permissions(files.deployment.config(), std::filesystem::perms(0600));
  done = files.check();
  BOOST_TEST(done.status == 2);
  BOOST_TEST(has(done.err, files.deployment.config().string()), done.err);
}

BOOST_AUTO_TEST_CASE(it_needs_root_to_become_another_user, *boost::unit_test::precondition(is_root)) {
  const OfNobody files;
  const Finished done = run({"/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", TACIT_BINARY,
                             "check-config", "--as", "root", "--config", files.deployment.config().string()});
  BOOST_TEST(done.status == 2);
  BOOST_TEST(has(done.err, "--as needs root"), done.err);
}

BOOST_AUTO_TEST_CASE(sealed_keyrings_are_checked, *boost::unit_test::precondition(can_seal)) {
  const OfNobody files;
  const auto folder = files.deployment.folder();
  const auto seal = [&](const std::string& name, const std::string& as) {
    const auto file = folder / name;
    const Finished sealed = run({"/usr/bin/systemd-creds", "encrypt", "--with-key=host", "--name=" + as, file.string(),
                                 file.string() + ".cred"});
    BOOST_REQUIRE_MESSAGE(sealed.status == 0, sealed.err);
    std::filesystem::rename(file, file.string() + ".away");
  };
  seal("metadata.keyring", "metadata.keyring");
  seal("root-private.keyring", "root-private.keyring");
  for (const char* const name : {"root-signing.keyring", "audit-api.keyring", "audit-tools.keyring"}) seal(name, name);
  Finished done = files.check({});
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(done.out == "The configuration is good.\n");
  done = files.check();
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(done.out == "The configuration is good.\n");

  // Without root's rights the keyrings cannot be unsealed: the check reports that and checks the rest.
  const auto as_nobody = [&] {
    return run({"/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", TACIT_BINARY,
                "check-config", "--config", files.deployment.config().string()});
  };
  done = as_nobody();
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(has(done.err,
                 "metadata-keyring: " + (folder / "metadata.keyring.cred").string() + " is sealed and was not checked"),
             done.err);
  BOOST_TEST(has(done.out, "as far as it was checked"), done.out);
  std::filesystem::remove(folder / "api-certificate");
  done = as_nobody();
  BOOST_TEST(done.status == 2);
  BOOST_TEST(has(done.err, "api-certificate: "), done.err);
  std::filesystem::copy_file(certificates().server.certificate, folder / "api-certificate");

  // Sealed by another host or under another name: the unit would not start.
  write_file(folder / "metadata.keyring.cred", "rubbish");
  done = files.check({});
  BOOST_TEST(done.status == 2);
  BOOST_TEST(has(done.err, "metadata.keyring.cred cannot be unsealed on this host"), done.err);
  // A wrong key in a sealed keyring is found, as in a plain one.
  std::filesystem::remove(folder / "metadata.keyring.cred");
  write_file(folder / "metadata.keyring", "tacit-keyring 1 metadata\n");
  std::filesystem::permissions(folder / "metadata.keyring", std::filesystem::perms(0400));
  seal("metadata.keyring", "metadata.keyring");
  done = files.check({});
  BOOST_TEST(done.status == 2);
  BOOST_TEST(has(done.err, (folder / "metadata.keyring.cred").string()), done.err);
  BOOST_TEST(!has(done.err, "/proc/"), done.err);
}

BOOST_AUTO_TEST_CASE(commands_of_the_store_ignore_faults_in_the_servers_settings) {
  Deployment deployment;
  const std::string tenant = new_uuid();
  deployment.create_api_key(tenant);
  const std::string good = read_file(deployment.config());
  write_file(deployment.config(), good + "drain-delay = here\nrequest-rate = fast\nidel-timeout = 1\n");
  const std::vector<std::vector<std::string>> calls = {{"stats"},
                                                       {"verify"},
                                                       {"audit", "verify"},
                                                       {"audit", "tail"},
                                                       {"api-key", "list"},
                                                       {"key", "list"},
                                                       {"backup", (deployment.folder() / "copy").string()}};
  for (const auto& call : calls) {
    const Finished done = deployment.command(call);
    BOOST_TEST(done.status == 0, call[0] << ": " << done.err);
    BOOST_TEST(has(done.err, "warning: "), done.err);
    BOOST_TEST(has(done.err, "drain-delay: \"here\""), done.err);
    BOOST_TEST(has(done.err, "\"idel-timeout\""), done.err);
  }
  BOOST_TEST(run({TACIT_BINARY, "stats", "--config", deployment.config().string()}, {{"TACIT_THREADS", "x"}}).status ==
             0);
  // The server and check-config remain strict.
  BOOST_TEST(deployment.command({"check-config"}).status == 2);
  BOOST_TEST(deployment.command({"serve"}).status == 2);
  // A misspelled setting of the store is not ignored.
  for (const std::string line : {"stor = /elsewhere\n", "data-dir = /elsewhere\n"}) {
    write_file(deployment.config(), good + line);
    BOOST_TEST(deployment.command({"stats"}).status == 2, line);
  }
}

BOOST_AUTO_TEST_CASE(a_fault_of_a_file_names_its_settings_once) {
  Deployment deployment;
  const std::string folder = deployment.folder().string();
  deployment.configure({{"api-certificate", folder},
                        {"tool-certificate", folder},
                        {"tool-identities", folder},
                        {"control-directory", "/nonexistent"},
                        {"backup-record", "/nonexistent/d/x"}});
  Finished done = deployment.command({"check-config"});
  BOOST_TEST(done.status == 2);
  const std::string settings = "api-certificate and tool-certificate and tool-identities";
  BOOST_TEST(has(done.err, "tacit: " + settings + ": " + folder + ": is a directory\n"), done.err);
  BOOST_TEST(has(done.err, "note: control-directory: /nonexistent is not an accessible directory"), done.err);
  BOOST_TEST(has(done.err, "note: backup-record: /nonexistent/d/x has no accessible directory"), done.err);
}

BOOST_AUTO_TEST_SUITE_END()
