// `tacit check-config` judges with a user's rights and reads sealed keyrings; `tacit status` reports on running
// servers; commands of the store ignore faults in the server's settings.
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

#include "test/integration/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

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

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(status_command)

namespace {

json::object lines_of(const Finished& done) {
  json::object all;
  const json::value told = json::parse(done.out);
  for (const json::value& line : told.as_object().at("lines").as_array()) {
    all[line.as_object().at("subject").as_string()] = line;
  }
  return all;
}

bool good(const json::object& lines, const char* subject) { return lines.at(subject).as_object().at("good").as_bool(); }
std::string text(const json::object& lines, const char* subject) {
  return std::string(lines.at(subject).as_object().at("text").as_string());
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_reports_running_servers) {
  CertificateRequest request{.common_name = "127.0.0.1",
                             .alternative_names = {"IP:127.0.0.1", "DNS:localhost"},
                             .extended_usage = "serverAuth"};
  request.valid_to_seconds = 60 * 86400;
  const CertificateFiles lasting = certificates().servers.issue("status-lasting", request);
  Deployment deployment(Settings{{"api-certificate", lasting.certificate.string()},
                                 {"api-certificate-key", lasting.key.string()},
                                 {"tool-certificate", lasting.certificate.string()},
                                 {"tool-certificate-key", lasting.key.string()}});
  Server server(deployment);
  const std::string process = "process " + std::to_string(server.process().pid());
  Finished done = deployment.command({"status", "--json"});
  json::object lines = lines_of(done);
  BOOST_TEST(
      text(lines, "api plane").starts_with(process + " ready on 127.0.0.1:" + std::to_string(server.api_port())));
  BOOST_TEST(good(lines, "tools plane"));
  BOOST_TEST(good(lines, "last reload"));
  BOOST_TEST(good(lines, "keys"));
  BOOST_TEST(good(lines, "map"));
  BOOST_TEST(lines.at("api certificate").as_object().at("days_left").is_int64());
  const auto is_time = [](const json::value& value) {
    return value.is_string() && value.get_string().size() == 20 && value.get_string().ends_with('Z');
  };
  BOOST_TEST(is_time(lines.at("api certificate").as_object().at("expires")));
  done = deployment.command({"status"});
  BOOST_TEST(has(done.out, "api plane"), done.out);
  BOOST_TEST((has(done.out, " GiB used") || has(done.out, "of 1 GiB")), done.out);
  BOOST_TEST(done.err.empty(), done.err);

  // An operator must act on a missing backup.
  BOOST_TEST(done.status == 1);
  BOOST_TEST(!good(lines, "backup"));
  const auto noted = deployment.folder() / "store.last-backup";
  const auto note = [&](std::time_t at) {
    write_file(noted, R"({"at": )" + std::to_string(at) + R"(, "file": "/b/1.backup", "bytes": 1536})");
    return deployment.command({"status", "--json"});
  };
  done = note(std::time(nullptr) - 3 * 3600);
  BOOST_TEST(done.status == 0, done.out);
  BOOST_TEST(text(lines_of(done), "backup") == "3 h ago, /b/1.backup, 1.5 KiB");
  BOOST_TEST(is_time(lines_of(done).at("backup").as_object().at("at")));
  BOOST_TEST(note(std::time(nullptr) - 27 * 3600).status == 1);
  BOOST_TEST(note(std::time(nullptr) + 86400).status == 1);
  write_file(noted, "rubbish");
  BOOST_TEST(deployment.command({"status"}).status == 1);
  note(std::time(nullptr));

  // A refused reload is reported until a reload succeeds.
  deployment.configure({{"tool-certificate", "/nowhere.pem"}});
  BOOST_TEST(deployment.command({"reload"}).status == 1);
  done = deployment.command({"status", "--json"});
  BOOST_TEST(done.status == 1);
  lines = lines_of(done);
  BOOST_TEST(!good(lines, "last reload"));
  BOOST_TEST(has(text(lines, "last reload"), "/nowhere.pem"));
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(it_reports_a_certificate_that_clients_refuse) {
  CertificateRequest request{
      .common_name = "127.0.0.1", .alternative_names = {"IP:127.0.0.1"}, .extended_usage = "serverAuth"};
  request.valid_from_seconds = 30 * 86400;
  request.valid_to_seconds = 90 * 86400;
  const CertificateFiles early = certificates().servers.issue("status-early", request);
  Deployment deployment(
      Settings{{"api-certificate", early.certificate.string()}, {"api-certificate-key", early.key.string()}});
  const Server server(deployment);
  const Finished done = deployment.command({"status", "--json"});
  BOOST_TEST(done.status == 1);
  const json::object lines = lines_of(done);
  BOOST_TEST(!good(lines, "api certificate"));
  BOOST_TEST(has(text(lines, "api certificate"), "the certificate of the plane api is not valid before "));
  BOOST_TEST(!has(text(lines, "tools certificate"), "not valid before"));
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

BOOST_AUTO_TEST_CASE(it_reports_missing_and_hanging_servers) {
  Deployment deployment;
  Finished done = deployment.command({"status", "--json"});
  BOOST_TEST(done.status == 1);
  json::object lines = lines_of(done);
  BOOST_TEST(!good(lines, "api plane"));
  BOOST_TEST(has(text(lines, "api plane"), "no server could be asked"));
  BOOST_TEST(good(lines, "map"));
  BOOST_TEST(has(text(lines, "api certificate"), "the file's certificate"));
  BOOST_TEST(deployment.command({"status", "--frobnicate"}).status == 2);
  BOOST_TEST(run({TACIT_BINARY, "status", "--config", "/nonexistent.conf"}).status == 2);

  Server server(deployment);
  server.process().signal(SIGSTOP);
  const auto began = std::chrono::steady_clock::now();
  done = deployment.command({"status", "--json"});
  BOOST_TEST((std::chrono::steady_clock::now() - began < 20s));
  BOOST_TEST(done.status == 1);
  BOOST_TEST(has(text(lines_of(done), "api plane"), "does not answer"), done.out);
  server.process().signal(SIGCONT);
}

BOOST_AUTO_TEST_CASE(expiring_and_unloaded_certificates_need_attention) {
  Deployment deployment;
  CertificateRequest request{
      .common_name = "127.0.0.1", .alternative_names = {"IP:127.0.0.1"}, .extended_usage = "serverAuth"};
  request.valid_to_seconds = 5 * 86400;
  const CertificateFiles soon = certificates().servers.issue("status-soon", request);
  request.valid_to_seconds = 60 * 86400;
  const CertificateFiles later = certificates().servers.issue("status-later", request);
  const auto present = [&](const CertificateFiles& files) {
    deployment.configure(
        {{"api-certificate", files.certificate.string()}, {"api-certificate-key", files.key.string()}});
  };
  present(soon);
  Server server(deployment);
  json::object lines = lines_of(deployment.command({"status", "--json"}));
  BOOST_TEST(!good(lines, "api certificate"));
  BOOST_TEST(text(lines, "api certificate").find(" days left, until ") == 1u, text(lines, "api certificate"));
  present(later);
  lines = lines_of(deployment.command({"status", "--json"}));
  BOOST_TEST(!good(lines, "api certificate"));
  BOOST_TEST(has(text(lines, "api certificate"), "the file contains another one"));
  BOOST_TEST(deployment.command({"reload"}).status == 0);
  lines = lines_of(deployment.command({"status", "--json"}));
  BOOST_TEST(good(lines, "api certificate"));
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
