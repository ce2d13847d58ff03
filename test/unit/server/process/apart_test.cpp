// A part of a command in a child process: its answer, its failures and death in words, its deadline for progress, and
// a question to the operator, whose answer has no deadline.
#include <boost/test/unit_test.hpp>

#include <pty.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "server/cli/confirm.hpp"
#include "server/config/errors.hpp"
#include "server/process/apart.hpp"
#include "store/engine/whereabouts.hpp"

using namespace tacit::server;
using namespace std::chrono_literals;

namespace {

using tacit::store::FileWork;
using tacit::store::note_step;
using tacit::store::note_table;
using tacit::store::note_work;

std::string words_of(const std::exception& error) { return error.what(); }

std::string answer_of(const Part& part) {
  Apart apart(part);
  return apart.wait().value_or("nothing");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(apart)

BOOST_AUTO_TEST_CASE(it_answers_from_another_process) {
  const pid_t self = ::getpid();
  BOOST_TEST(answer_of([] { return std::string(); }).empty());
  BOOST_TEST(answer_of([self] { return std::string(::getpid() == self ? "same" : "another"); }) == "another");
  const std::string many(100'000, 'x');
  BOOST_TEST(answer_of([&] { return many; }) == many);
}

BOOST_AUTO_TEST_CASE(an_exception_is_rethrown_in_the_caller) {
  const auto misused = [](const UsageError& error) { return words_of(error) == "wrong"; };
  const auto failed = [](const CommandFailed& error) { return words_of(error) == "bad"; };
  BOOST_CHECK_EXCEPTION(answer_of([]() -> std::string { throw UsageError("wrong"); }), UsageError, misused);
  BOOST_CHECK_EXCEPTION(answer_of([]() -> std::string { throw CommandFailed("bad"); }), CommandFailed, failed);
  BOOST_CHECK_EXCEPTION(answer_of([]() -> std::string { throw std::runtime_error("bad"); }), CommandFailed, failed);
}

BOOST_AUTO_TEST_CASE(a_fatal_signal_ends_only_the_child) {
  const auto killed = [](const CommandFailed& error) {
    return words_of(error).find("was killed") != std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(answer_of([]() -> std::string {
                          ::raise(SIGKILL);
                          return {};
                        }),
                        CommandFailed, killed);
  const auto told = [](const CommandFailed& error) { return words_of(error).empty(); };
  BOOST_CHECK_EXCEPTION(answer_of([]() -> std::string { ::_exit(1); }), CommandFailed, told);
}

// A launcher may leave SIGCHLD ignored, and the kernel then discards a child's exit status.
BOOST_AUTO_TEST_CASE(a_fatal_signal_is_reported_although_sigchld_is_ignored) {
  const auto told = [](const CommandFailed& error) {
    return words_of(error).find("was killed by signal 11") != std::string::npos;
  };
  BOOST_REQUIRE(::signal(SIGCHLD, SIG_IGN) != SIG_ERR);
  BOOST_CHECK_EXCEPTION(answer_of([]() -> std::string {
                          static_cast<void>(::signal(SIGSEGV, SIG_DFL));  // a sanitizer handles it otherwise
                          ::raise(SIGSEGV);
                          return {};
                        }),
                        CommandFailed, told);
  static_cast<void>(::signal(SIGCHLD, SIG_DFL));
}

BOOST_AUTO_TEST_CASE(a_fatal_signal_is_reported_with_the_progress) {
  const auto told = [](const CommandFailed& error) {
    const std::string words = words_of(error);
    return words.starts_with("/srv/data.mdb: ") && words.find("signal 9") != std::string::npos &&
           words.find("reading page 9, after row 5 of the table tenants") != std::string::npos;
  };
  Apart dies(
      []() -> std::string {
        note_table(tacit::store::Table::tenants, 5);
        note_work(FileWork::reading, 9);
        ::raise(SIGKILL);
        return {};
      },
      "/srv/data.mdb");
  BOOST_CHECK_EXCEPTION(dies.wait_while_it_goes_on(1min), CommandFailed, told);
}

BOOST_AUTO_TEST_CASE(a_child_without_progress_is_ended_and_reported) {
  const auto told = [](const CommandFailed& error) {
    const std::string words = words_of(error);
    return words.find("checking page 17") != std::string::npos && words.find("made no progress") != std::string::npos &&
           words.find("it was killed") != std::string::npos;
  };
  // A child that sleeps, one in an endless loop, and one that is stopped.
  for (const int how : {0, 1, 2}) {
    Apart stalls([how] {
      note_work(FileWork::checking, 17);
      if (how == 2) ::raise(SIGSTOP);
      for (std::atomic<bool> more = true; more;) {
        if (how == 0) ::pause();
      }
      return std::string();
    });
    BOOST_CHECK_EXCEPTION(stalls.wait_while_it_goes_on(300ms), CommandFailed, told);
  }
}

BOOST_AUTO_TEST_CASE(a_child_that_makes_progress_or_waits_has_no_deadline) {
  const auto goes_on = [] {
    for (int i = 0; i < 300; ++i) {
      note_step();
      std::this_thread::sleep_for(10ms);
    }
    return std::string("whole");
  };
  const auto waits = [] {
    const tacit::store::WaitsForOthers others;
    std::this_thread::sleep_for(3s);
    return std::string("whole");
  };
  Apart slow(goes_on);
  BOOST_TEST(slow.wait_while_it_goes_on(2s) == "whole");
  Apart patient(waits);
  BOOST_TEST(patient.wait_while_it_goes_on(2s) == "whole");
}

// `key retire` asks while its child has the store open.
BOOST_AUTO_TEST_CASE(a_question_to_the_operator_may_stay_unanswered_for_longer_than_the_deadline) {
  int terminal = -1;
  int other_end = -1;
  BOOST_REQUIRE(::openpty(&terminal, &other_end, nullptr, nullptr, nullptr) == 0);
  Apart asks([other_end] {
    ::dup2(other_end, STDIN_FILENO);
    ::dup2(other_end, STDERR_FILENO);
    Confirmation(Arguments(), Unattended::goes_on).ask("Permanently remove the key from its keyring?");
    return std::string("confirmed");
  });
  bool typed = false;
  std::thread slow_operator([terminal, &typed] {
    std::this_thread::sleep_for(6s);
    const std::string_view yes = "y\n";
    typed = ::write(terminal, yes.data(), yes.size()) == static_cast<ssize_t>(yes.size());
  });
  std::string answer;
  std::string failure;
  try {
    answer = asks.wait_while_it_goes_on(2s);
  } catch (const CommandFailed& error) {
    failure = error.what();
  }
  slow_operator.join();
  BOOST_TEST(typed);
  ::close(other_end);
  ::close(terminal);
  BOOST_TEST(answer == "confirmed", failure);
}

BOOST_AUTO_TEST_CASE(a_caller_with_its_own_wait_ends_a_child_without_progress) {
  Apart hangs([] {
    ::pause();
    return std::string();
  });
  const auto told = [](const CommandFailed& error) {
    return words_of(error).find("made no progress for 60 s") != std::string::npos;
  };
  for (int i = 0; i < 59; ++i) hangs.count_wait(1s, 1min);
  BOOST_CHECK_EXCEPTION(hangs.count_wait(1s, 1min), CommandFailed, told);
}

BOOST_AUTO_TEST_CASE(a_wait_lasts_no_longer_than_asked) {
  Apart hangs([] {
    ::pause();
    return std::string();
  });
  BOOST_TEST(!hangs.wait(50ms).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
