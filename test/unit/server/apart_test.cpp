#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

#include "server/apart.hpp"
#include "server/errors.hpp"

using namespace tacit::server;
using namespace std::chrono_literals;

namespace {

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

BOOST_AUTO_TEST_CASE(nobody_waits_longer_than_asked) {
  Apart hangs([] {
    ::pause();
    return std::string();
  });
  BOOST_TEST(!hangs.wait(50ms).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
