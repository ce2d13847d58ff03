#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

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

BOOST_AUTO_TEST_CASE(what_it_throws_is_thrown_here) {
  const auto misused = [](const UsageError& error) { return words_of(error) == "wrong"; };
  const auto failed = [](const CommandFailed& error) { return words_of(error) == "bad"; };
  BOOST_CHECK_EXCEPTION(answer_of([]() -> std::string { throw UsageError("wrong"); }), UsageError, misused);
  BOOST_CHECK_EXCEPTION(answer_of([]() -> std::string { throw CommandFailed("bad"); }), CommandFailed, failed);
  BOOST_CHECK_EXCEPTION(answer_of([]() -> std::string { throw std::runtime_error("bad"); }), CommandFailed, failed);
}

BOOST_AUTO_TEST_CASE(what_kills_it_kills_only_that) {
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

BOOST_AUTO_TEST_CASE(what_killed_it_and_how_far_it_had_come_is_told) {
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

BOOST_AUTO_TEST_CASE(what_comes_no_further_is_ended_and_told) {
  const auto told = [](const CommandFailed& error) {
    const std::string words = words_of(error);
    return words.find("checking page 17") != std::string::npos && words.find("made no progress") != std::string::npos &&
           words.find("it was killed") != std::string::npos;
  };
  // One that sleeps, one that works for ever, and one that was stopped.
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

BOOST_AUTO_TEST_CASE(what_goes_on_or_waits_for_others_may_take_as_long_as_it_likes) {
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

BOOST_AUTO_TEST_CASE(nobody_waits_longer_than_asked) {
  Apart hangs([] {
    ::pause();
    return std::string();
  });
  BOOST_TEST(!hangs.wait(50ms).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
