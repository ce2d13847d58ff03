// `tacit status`: running, missing and hanging servers, certificates, backups and refused reloads.
#include <chrono>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <string>

#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

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

bool is_time(const json::value& value) {
  return value.is_string() && value.get_string().size() == 20 && value.get_string().ends_with('Z');
}

/// Certificates of both planes that expire in two months: they need no attention.
Settings lasting_certificates() {
  static const CertificateFiles lasting = [] {
    CertificateRequest request{.common_name = "127.0.0.1",
                               .alternative_names = {"IP:127.0.0.1", "DNS:localhost"},
                               .extended_usage = "serverAuth"};
    request.valid_to_seconds = 60 * 86400;
    return certificates().servers.issue("status-lasting", request);
  }();
  return {{"api-certificate", lasting.certificate.string()},
          {"api-certificate-key", lasting.key.string()},
          {"tool-certificate", lasting.certificate.string()},
          {"tool-certificate-key", lasting.key.string()}};
}

std::filesystem::path record_of_backup(const Deployment& deployment) {
  return deployment.folder() / "store.last-backup";
}

/// Runs `tacit status --json` after a backup at that time.
Finished status_with_backup(const Deployment& deployment, std::time_t at) {
  write_file(record_of_backup(deployment),
             R"({"at": )" + std::to_string(at) + R"(, "file": "/b/1.backup", "bytes": 1536})");
  return deployment.command({"status", "--json"});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(status_command)

BOOST_AUTO_TEST_CASE(it_reports_running_servers) {
  const Deployment deployment(lasting_certificates());
  Server server(deployment);
  const std::string process = "process " + std::to_string(server.process().pid());
  Finished done = deployment.command({"status", "--json"});
  const json::object lines = lines_of(done);
  BOOST_TEST(
      text(lines, "api plane").starts_with(process + " ready on 127.0.0.1:" + std::to_string(server.api_port())));
  BOOST_TEST(good(lines, "tools plane"));
  BOOST_TEST(good(lines, "last reload"));
  BOOST_TEST(good(lines, "keys"));
  BOOST_TEST(good(lines, "map"));
  BOOST_TEST(lines.at("api certificate").as_object().at("days_left").is_int64());
  BOOST_TEST(is_time(lines.at("api certificate").as_object().at("expires")));
  done = deployment.command({"status"});
  BOOST_TEST(has(done.out, "api plane"), done.out);
  BOOST_TEST((has(done.out, " GiB used") || has(done.out, "of 1 GiB")), done.out);
  BOOST_TEST(done.err.empty(), done.err);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_missing_or_old_backup_needs_attention) {
  const Deployment deployment(lasting_certificates());
  Server server(deployment);
  Finished done = deployment.command({"status", "--json"});
  BOOST_TEST(done.status == 1);
  BOOST_TEST(!good(lines_of(done), "backup"));
  done = status_with_backup(deployment, std::time(nullptr) - 3 * 3600);
  BOOST_TEST(done.status == 0, done.out);
  BOOST_TEST(text(lines_of(done), "backup") == "3 h ago, /b/1.backup, 1.5 KiB");
  BOOST_TEST(is_time(lines_of(done).at("backup").as_object().at("at")));
  BOOST_TEST(status_with_backup(deployment, std::time(nullptr) - 27 * 3600).status == 1);
  BOOST_TEST(status_with_backup(deployment, std::time(nullptr) + 86400).status == 1);
  write_file(record_of_backup(deployment), "rubbish");
  BOOST_TEST(deployment.command({"status"}).status == 1);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_refused_reload_is_reported) {
  Deployment deployment(lasting_certificates());
  Server server(deployment);
  BOOST_TEST(status_with_backup(deployment, std::time(nullptr)).status == 0);
  deployment.configure({{"tool-certificate", "/nowhere.pem"}});
  BOOST_TEST(deployment.command({"reload"}).status == 1);
  const Finished done = deployment.command({"status", "--json"});
  BOOST_TEST(done.status == 1);
  const json::object lines = lines_of(done);
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
