// Whole commands that run in a child process: which ones do, their exit codes, and their end without progress.
#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include "server/cli/command_line.hpp"
#include "server/config/errors.hpp"
#include "server/process/command_apart.hpp"
#include "store/engine/whereabouts.hpp"

using namespace tacit::server;
using namespace std::chrono_literals;

namespace {

/// Commands that open no store, are long-lived, or run their part with the store in a child themselves.
const std::set<std::string> others = {"serve",       "init",       "reload",     "status",       "check-config",
                                      "verify",      "backup",     "restore",    "audit feed",   "key add",
                                      "key promote", "key rewrap", "key retire", "tenant rekey", "raise-format"};

/// As the kernel shows it: before it does, the signal would end the process.
bool handles_sigterm(pid_t process) {
  std::ifstream lines("/proc/" + std::to_string(process) + "/status");
  const std::string name = "SigCgt:";
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name)) return (std::stoull(line.substr(name.size()), nullptr, 16) >> (SIGTERM - 1) & 1U) != 0;
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_apart)

BOOST_AUTO_TEST_CASE(every_command_that_opens_the_store_is_supervised) {
  for (const Command& command : commands()) {
    const bool is_client = command.settings == SettingGroup::none;
    BOOST_TEST(command.runs_apart == (!is_client && !others.contains(command.name)), command.name);
  }
}

BOOST_AUTO_TEST_CASE(exit_codes_and_failures_are_the_commands) {
  const pid_t self = ::getpid();
  for (const int code : {0, 1, 2}) BOOST_TEST(run_command_apart("/srv", [code] { return code; }) == code);
  BOOST_TEST(run_command_apart("/srv", [self] { return ::getpid() == self ? 1 : 0; }) == 0);
  BOOST_CHECK_THROW(run_command_apart("/srv", []() -> int { throw UsageError("wrong"); }), UsageError);
  BOOST_CHECK_THROW(run_command_apart("/srv", []() -> int { throw CommandFailed("bad"); }), CommandFailed);
}

BOOST_AUTO_TEST_CASE(a_command_that_makes_no_progress_is_ended) {
  const auto told = [](const CommandFailed& error) {
    const std::string words = error.what();
    return words.starts_with("/srv/data.mdb: ") && words.find("made no progress") != std::string::npos;
  };
  const auto hangs = [] {
    ::pause();
    return 0;
  };
  BOOST_CHECK_EXCEPTION(run_command_apart("/srv", hangs, 300ms), CommandFailed, told);
}

BOOST_AUTO_TEST_CASE(a_signal_is_passed_to_the_command) {
  const pid_t self = ::getpid();
  const auto ends_at_the_signal = [self] {
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &awaited, nullptr);
    const tacit::store::WaitsForOthers signal;
    while (!handles_sigterm(self)) std::this_thread::sleep_for(10ms);
    ::kill(self, SIGTERM);
    int number = 0;
    return ::sigwait(&awaited, &number) == 0 && number == SIGTERM ? 7 : 1;
  };
  BOOST_TEST(run_command_apart("/srv", ends_at_the_signal, 1min) == 7);
}

BOOST_AUTO_TEST_SUITE_END()
