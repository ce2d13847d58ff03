#include "test/faults/sweep.hpp"

#include <signal.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "test/integration/support/parallel.hpp"
#include "test/integration/support/scrape.hpp"
#include "test/integration/support/succeeding_command.hpp"

using namespace std::chrono_literals;

namespace tacit::test {
namespace {

constexpr std::size_t tenants = 2;
constexpr std::size_t clients = 6;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

Settings with_defaults(Settings settings) {
  settings.emplace("request-rate", "0");
  settings.emplace("failed-auth-rate", "0");
  settings.emplace("versions-kept", "2");
  settings.emplace("admin-listen", "127.0.0.1:0");
  settings.emplace("audit-head-log", "1");
  settings.emplace("log-level", "info");
  return settings;
}

/// 128 and the signal, as Process::wait says it.
bool by_signal(int status) { return status >= 128; }

}  // namespace

SweepTerms sweep_terms(faults::Kind kind, std::string library) {
  SweepTerms terms;
  terms.kind = kind;
  terms.library = std::move(library);
  terms.most = std::chrono::seconds(from_environment("TACIT_FAULTS_SECONDS", 8));
  terms.seed = from_environment("TACIT_FAULTS_SEED", std::random_device{}());
  terms.modulus = from_environment("TACIT_FAULTS_PART", 8);
  return terms;
}

Sweep::Sweep(SweepTerms terms, Settings settings)
    : terms_(std::move(terms)),
      deployment_(with_defaults(std::move(settings))),
      records_(make_records(deployment_, tenants, clients)),
      plan_(deployment_.folder(), terms_.library),
      random_(terms_.seed) {
  plan_.sample(terms_.modulus, terms_.seed);
}

void Sweep::run() {
  const auto end = std::chrono::steady_clock::now() + terms_.most;
  int quiet = 0;
  while (quiet < 2 && std::chrono::steady_clock::now() < end) {
    const std::uint64_t before = plan_.given();
    live_once();
    quiet = plan_.given() == before ? quiet + 1 : 0;
  }
  std::uint64_t acknowledged = 0;
  std::uint64_t answered = 0;
  std::uint64_t refused = 0;
  for (const ClientRecord& record : records_) {
    acknowledged += record.acknowledged;
    answered += record.answered;
    refused += record.refused;
  }
  BOOST_TEST_MESSAGE("faults: kind " << static_cast<std::uint64_t>(terms_.kind) << ", seed " << terms_.seed << ", 1 in "
                                     << terms_.modulus << " sites: " << plan_.given() << " faults in " << counts_.lives
                                     << " lives, " << counts_.failed_starts << " failed starts, " << counts_.ends
                                     << " ends, " << counts_.commands << " commands; " << answered << " answers, "
                                     << refused << " refusals, " << acknowledged << " changes acknowledged; "
                                     << (quiet < 2 ? "places are left" : "no place is left"));
  BOOST_TEST(plan_.given() > 0U);
  BOOST_TEST(acknowledged > 0U);
}

void Sweep::arm() {
  if (terms_.probability > 0) {
    plan_.fail_by_chance(terms_.kind, terms_.probability, random_());
  } else {
    plan_.fail_each_site(terms_.kind, terms_.pause, terms_.depth);
  }
}

void Sweep::live_once() {
  printed_before_ = deployment_.printed().size();
  if (!terms_.spares_starts || counts_.lives % 4 == 3) arm();
  ++counts_.lives;
  const auto server = start();
  arm();
  if (server != nullptr) work(*server);
  run_command();
  plan_.heal();
  if (server != nullptr) expect_healed(*server);
  expect_sound();
}

std::unique_ptr<Server> Sweep::start() {
  // Each failed start has used up a site.
  constexpr int most_starts = 25;
  for (int i = 0; i < most_starts; ++i) {
    try {
      return std::make_unique<Server>(deployment_, std::vector<std::string>{}, plan_.environment());
    } catch (const NotReady& error) {
      ++counts_.failed_starts;
      BOOST_TEST(error.status.has_value(), "a start that does not end: " << error.what() << recent_faults());
      if (error.status) expect_message(*error.status, error.what(), "start");
    }
  }
  return nullptr;
}

void Sweep::work(Server& server) {
  std::atomic<bool> over{false};
  const std::uint64_t seed = random_();
  std::thread ends([&] {
    const auto end = std::chrono::steady_clock::now() + terms_.life;
    for (int i = 0; std::chrono::steady_clock::now() < end && server.process().running(); ++i) {
      std::this_thread::sleep_for(50ms);
      try {
        if (i % 10 == 0) ask_admin(server.admin_port(), i % 20 == 0 ? "/metrics" : "/readyz");
        if (i % 30 == 5) server.process().signal(SIGHUP);
      } catch (const std::exception&) {  // a fault of the listener's sockets
      }
    }
    over = true;
  });
  try {
    in_parallel(clients, [&](std::size_t i) {
      ClientWork(server, records_[i], seed + i, {.names = 12, .survives_errors = true}).run(over);
    });
  } catch (const std::exception& error) {
    BOOST_ERROR(error.what());
  }
  ends.join();
}

/// A command with faults of its own: it does its work or says why not.
void Sweep::run_command() {
  static const std::vector<std::vector<std::string>> commands = {
      {"verify"},
      {"audit", "verify"},
      {"audit", "export"},
      {"stats"},
      {"key", "rewrap", "--rate", "0"},
      {"tenant", "rekey", "--all", "--rate", "0"},
      {"backup", "--into", deployment_.folder().string(), "--keep", "2"},
      {"audit", "prune", "--before", "5", "--yes"},
      {"status"},
      {"scrub"}};
  std::vector<std::string> words = commands[counts_.commands++ % commands.size()];
  const std::string name = words.front() + " " + words.back();
  words.insert(words.begin(), TACIT_BINARY);
  words.insert(words.end(), {"--config", deployment_.config().string()});
  const Finished done = tacit::test::run(words, plan_.environment());
  if (done.status == 0) return;
  expect_message(done.status, done.out + done.err, name);
}

void Sweep::expect_message(int status, const std::string& printed, const std::string& what) {
  // OpenSSL and glibc end the process themselves where they cannot set up their own state.
  const bool by_library = printed.find("OpenSSL internal error: ") != std::string::npos ||
                          printed.find("Fatal glibc error: ") != std::string::npos;
  const bool unforeseen =
      printed.find("\"terminated\"") != std::string::npos || printed.find("terminate called") != std::string::npos;
  const bool clear = by_library || (!by_signal(status) && !unforeseen && !printed.empty());
  BOOST_TEST(clear, what << " ended with " << status << ": "
                         << printed.substr(printed.size() - std::min<std::size_t>(printed.size(), 1500))
                         << recent_faults());
}

void Sweep::expect_healed(Server& server) {
  if (!server.process().running()) {
    ++counts_.ends;
    return expect_message(*server.process().wait(0ms), printed(), "server");
  }
  std::string answer;
  for (int i = 0; i < 300 && server.process().running(); ++i) {
    try {
      answer = ask_admin(server.admin_port(), "/readyz");
    } catch (const std::exception& error) {
      answer = error.what();
    }
    if (answer.starts_with("HTTP/1.1 200")) break;
    std::this_thread::sleep_for(50ms);
  }
  BOOST_TEST(answer.starts_with("HTTP/1.1 200"), "not ready after the faults: " << answer << recent_faults());
  server.process().signal(SIGTERM);
  const auto status = server.process().wait(40s);
  BOOST_TEST(status.has_value(), "the server does not stop" << recent_faults());
  if (!status) return server.kill();
  if (*status != 0) expect_message(*status, printed(), "stop");
}

void Sweep::expect_sound() {
  report_findings(records_);
  try {
    deployment_.verify();
    succeed(deployment_, {"audit", "verify"});
    Server again(deployment_);
    compare_with_store(again, records_);
    BOOST_TEST(again.stop() == 0);
  } catch (const std::exception& error) {
    BOOST_ERROR(error.what() << recent_faults());
    throw;
  }
}

std::string Sweep::recent_faults() const {
  std::istringstream lines(plan_.log());
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  std::string text = "\nthe last faults:";
  for (std::size_t i = all.size() < 4 ? 0 : all.size() - 4; i < all.size(); ++i) text += "\n  " + all[i];
  return text;
}

}  // namespace tacit::test
