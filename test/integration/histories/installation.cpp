#include "test/integration/histories/installation.hpp"

#include <boost/json/parse.hpp>

#include <chrono>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace json = boost::json;

namespace tacit::test::model {
namespace {

Settings with_limits(Settings settings, std::size_t versions_kept) {
  settings["versions-kept"] = std::to_string(versions_kept);
  settings["quota-default"] = std::to_string(default_bytes);
  settings["secrets-default"] = std::to_string(default_secrets);
  settings["request-rate"] = "0";
  settings["failed-auth-rate"] = "0";
  settings["access-log"] = "off";
  settings["log-level"] = "info";
  settings["prekey-pool"] = "64";
  return settings;
}

}  // namespace

std::string name_of(Event event) {
  switch (event) {
    case Event::restart:
      return "restart";
    case Event::kill:
      return "kill";
    case Event::restore:
      return "restore";
    case Event::promote_root:
      return "promote root";
    case Event::promote_metadata:
      return "promote metadata";
    case Event::rewrap:
      return "rewrap";
    case Event::rekey:
      return "rekey";
    case Event::verify:
      return "verify";
    case Event::break_engine:
      return "break engine";
  }
  return "?";
}

const std::array<Runtime, 2>& Installation::runtimes() {
  static const std::array<Runtime, 2> both = {
      Runtime{"uri:spiffe://test/runtime", "runtime", "*"},
      Runtime{"uri:spiffe://test/narrow", "narrow-one", "agno__*"},
  };
  return both;
}

Installation::Installation(EngineUnderTest engine, std::size_t versions_kept)
    : engine_(std::move(engine)),
      trusting_("", with_limits(engine_.settings, versions_kept)),
      versions_kept_(versions_kept) {
  certificates_ = {certificates().runtime,
                   certificates().runtimes.issue(
                       "narrow", {.common_name = "narrow", .alternative_names = {"URI:spiffe://test/narrow"}})};
  write_file(deployment().folder() / "tool-identities",
             "uri:spiffe://test/runtime *\nuri:spiffe://test/narrow label=narrow-one agno__*\n");
  start_servers();
}

std::string Installation::token_of(const std::string& tenant) const {
  json::object claims = claims_of(tenant);
  claims["scope"] = "secrets:read secrets:write keys:manage";
  return trusting_.signer.sign(claims);
}

void Installation::command(const std::vector<std::string>& arguments) const {
  const Finished done = deployment().command(arguments);
  if (done.status != 0) {
    throw std::runtime_error("tacit " + arguments.at(0) + " " + arguments.back() + ": " + done.out + done.err);
  }
}

std::map<std::string, std::map<std::string, int>> Installation::audit_entries() const {
  const Finished done = deployment().command({"audit", "export"});
  if (done.status != 0) throw std::runtime_error("tacit audit export: " + done.err);
  std::map<std::string, std::map<std::string, int>> entries;
  std::istringstream lines(done.out);
  for (std::string line; std::getline(lines, line);) {
    const json::object entry = json::parse(line).as_object();
    const json::value* const tenant = entry.if_contains("tenant");
    if (tenant == nullptr || !tenant->is_string()) continue;
    ++entries[std::string(tenant->get_string())][std::string(entry.at("action").as_string())];
  }
  return entries;
}

std::size_t Installation::number_of_events() const {
  return static_cast<std::size_t>(Event::break_engine) + (engine_.break_down ? 1 : 0);
}

void Installation::await_readiness() const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  for (const auto& each : servers_) {
    while (HttpsClient(each->api_client()).request("GET", "/readyz").status != 200) {
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("a server is not ready again");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}

void Installation::start_servers() {
  for (auto& server : servers_) server = std::make_unique<Server>(deployment());
  ++starts_;
}

void Installation::stop_servers() {
  for (auto& server : servers_) {
    if (server && server->stop() != 0) throw std::runtime_error("a server did not end well");
    server.reset();
  }
}

void Installation::kill_servers() {
  for (auto& server : servers_) server->kill();
  ++losses_;
}

void Installation::stop() { stop_servers(); }

void Installation::restart() {
  stop_servers();
  start_servers();
}

void Installation::restore() {
  const std::string file = (deployment().folder() / ("backup-" + std::to_string(restored_))).string();
  stop_servers();
  const std::string place = engine_.place(++restored_);
  command({"backup", file});
  command({"verify", "--backup", file});
  command({"restore", file, "--store", place});
  trusting_.deployment.configure({{"store", place}});
  std::filesystem::remove(file);
  start_servers();
}

void Installation::promote(const std::string& keyring) {
  const Finished added = deployment().command({"key", "add", keyring});
  if (added.status != 0) throw std::runtime_error("tacit key add: " + added.out + added.err);
  restart();
  command({"key", "promote", added.out.substr(0, added.out.size() - 1)});
  if (keyring == "metadata") {
    ++metadata_keys_;
    has_old_metadata_ = true;
  }
  restart();
}

void Installation::begins(Event event) { forgets_idempotency_keys_ = event == Event::rewrap && has_old_metadata_; }

void Installation::rewrap() {
  command({"key", "rewrap", "--rate", "0"});
  if (has_old_metadata_) ++metadata_keys_;
  has_old_metadata_ = false;
}

void Installation::happens(Event event) {
  switch (event) {
    case Event::restart:
      return restart();
    case Event::kill: {
      kill_servers();
      return start_servers();
    }
    case Event::restore:
      return restore();
    case Event::promote_root:
      return promote("root");
    case Event::promote_metadata:
      return promote("metadata");
    case Event::rewrap:
      return rewrap();
    case Event::rekey:
      return command({"tenant", "rekey", "--all", "--rate", "0"});
    case Event::verify: {
      command({"verify"});
      return command({"audit", "verify"});
    }
    case Event::break_engine: {
      engine_.break_down();
      return await_readiness();
    }
  }
}

}  // namespace tacit::test::model
