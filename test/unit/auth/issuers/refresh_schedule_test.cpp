// When an issuer's keys are fetched again, and when they are dropped.
#include "auth/issuers/refresh_schedule.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

using namespace tacit;
using namespace std::chrono_literals;

namespace {

using Time = auth::RefreshSchedule::Time;
constexpr double middle = 0.5;  // the spread that does not move a fetch

struct ScheduleFixture {
  ScheduleFixture() {
    terms.least = 60s;
    terms.most = 1h;
    terms.keep = 24h;
  }
  auth::RefreshSchedule first_fetched(std::optional<std::chrono::seconds> fresh_for, double spread = middle) const {
    auth::RefreshSchedule schedule(terms, start);
    schedule.started(start);
    schedule.renewed();
    schedule.succeeded(start, fresh_for, spread);
    return schedule;
  }
  std::chrono::seconds next_after(std::optional<std::chrono::seconds> fresh_for, double spread = middle) const {
    return std::chrono::round<std::chrono::seconds>(first_fetched(fresh_for, spread).wakes_at() - start);
  }

  auth::RefreshTerms terms;
  const Time start{1000h};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(refresh_schedule)

BOOST_FIXTURE_TEST_CASE(the_first_fetch_is_due_at_its_time_and_one_at_a_time, ScheduleFixture) {
  auth::RefreshSchedule schedule(terms, start);
  BOOST_TEST(!schedule.due(start - 1ns));
  BOOST_TEST(schedule.due(start));
  schedule.started(start);
  BOOST_TEST(!schedule.due(start + 1h));
}

BOOST_FIXTURE_TEST_CASE(the_lifetime_in_the_answer_is_bounded, ScheduleFixture) {
  BOOST_TEST(next_after(600s).count() == 600);
  BOOST_TEST(next_after(0s).count() == 60);
  BOOST_TEST(next_after(59s).count() == 60);
  BOOST_TEST(next_after(3601s).count() == 3600);
  BOOST_TEST(next_after(std::chrono::seconds(10LL * 365 * 86400)).count() == 3600);
  BOOST_TEST(next_after(std::nullopt).count() == 300);
  terms.most = 120s;
  BOOST_TEST(next_after(std::nullopt).count() == 120);
}

BOOST_FIXTURE_TEST_CASE(the_spread_is_a_tenth_either_way, ScheduleFixture) {
  BOOST_TEST(next_after(600s, 0.0).count() == 540);
  BOOST_TEST(next_after(600s, 1.0).count() == 660);
}

BOOST_FIXTURE_TEST_CASE(failures_are_retried_later_and_later, ScheduleFixture) {
  auth::RefreshSchedule schedule(terms, start);
  Time now = start;
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}) {
    BOOST_TEST_REQUIRE(schedule.due(now));
    schedule.started(now);
    schedule.failed(now, middle);
    BOOST_TEST((schedule.wakes_at() - now == wait));
    now = schedule.wakes_at();
  }
  schedule.started(now);
  schedule.succeeded(now, 600s, middle);
  now += 600s;
  schedule.started(now);
  schedule.failed(now, middle);
  BOOST_TEST((schedule.wakes_at() - now == 1s));
}

BOOST_FIXTURE_TEST_CASE(a_hundred_failures_do_not_overflow, ScheduleFixture) {
  auth::RefreshSchedule schedule(terms, start);
  for (int i = 0; i < 100; ++i) {
    schedule.started(start);
    schedule.failed(start, middle);
  }
  BOOST_TEST((schedule.wakes_at() - start == 60s));
}

BOOST_FIXTURE_TEST_CASE(an_early_fetch_is_allowed_once_in_ten_seconds, ScheduleFixture) {
  auto schedule = first_fetched(600s);
  BOOST_TEST(!schedule.due(start + 1s));
  BOOST_TEST(schedule.ask(start + 1s));  // the previous fetch was not requested
  BOOST_TEST(schedule.due(start + 1s));
  BOOST_TEST(schedule.ask(start + 1s));  // the same fetch
  schedule.started(start + 1s);
  BOOST_TEST(schedule.ask(start + 2s));  // in progress
  schedule.succeeded(start + 3s, 600s, middle);
  BOOST_TEST(!schedule.ask(start + 3s));
  BOOST_TEST(!schedule.ask(start + 11s - 1ns));
  BOOST_TEST(!schedule.due(start + 11s - 1ns));
  BOOST_TEST(schedule.ask(start + 11s));
  BOOST_TEST(schedule.due(start + 11s));
}

BOOST_FIXTURE_TEST_CASE(asking_does_not_defeat_the_back_off_for_failures, ScheduleFixture) {
  auth::RefreshSchedule schedule(terms, start);
  schedule.started(start);
  schedule.failed(start + 5s, middle);
  BOOST_TEST(!schedule.ask(start + 5s));
  BOOST_TEST(schedule.ask(start + 6s));  // due without a request
}

BOOST_FIXTURE_TEST_CASE(a_forced_fetch_is_due_at_once_or_after_the_one_under_way, ScheduleFixture) {
  auto schedule = first_fetched(600s);
  schedule.force();
  BOOST_TEST(schedule.due(start));
  schedule.started(start);
  BOOST_TEST(!schedule.due(start));
  schedule.force();
  BOOST_TEST(!schedule.due(start));
  schedule.succeeded(start + 1s, 600s, middle);
  BOOST_TEST(schedule.due(start + 1s));
}

BOOST_FIXTURE_TEST_CASE(a_healthy_issuer_keeps_keys_of_any_lifetime, ScheduleFixture) {
  for (const auto keep : {0s, 1s, 59s}) {
    for (const double spread : {0.0, middle, 1.0}) {
      terms.keep = keep;
      auto schedule = first_fetched(600s, spread);
      for (int round = 0; round < 3; ++round) {
        const Time due = schedule.wakes_at();
        BOOST_TEST(schedule.due(due));  // woken for a fetch, not only to give up
        BOOST_TEST(!schedule.gives_up(due));
        schedule.started(due);
        schedule.renewed();
        schedule.succeeded(due + 5s, 600s, spread);
        BOOST_TEST(!schedule.gives_up(due + 5s));
      }
    }
  }
}

BOOST_FIXTURE_TEST_CASE(stale_keys_serve_a_limited_time_from_the_due_refresh_and_are_dropped_once, ScheduleFixture) {
  for (const auto& [spread, due] : {std::pair(0.0, 540s), std::pair(middle, 600s), std::pair(1.0, 660s)}) {
    terms.keep = 100s;
    auto schedule = first_fetched(600s, spread);
    schedule.started(start + due);
    schedule.failed(start + due + 5s, middle);
    BOOST_TEST((schedule.wakes_at() == start + due + 6s));
    schedule.started(start + due + 90s);
    schedule.failed(start + due + 95s, 1.0);
    schedule.started(start + due + 98s);
    schedule.failed(start + due + 99s, middle);
    BOOST_TEST((schedule.wakes_at() == start + due + 100s));  // to give up
    BOOST_TEST(!schedule.gives_up(start + due + 100s - 1ns));
    BOOST_TEST(schedule.gives_up(start + due + 100s));
    BOOST_TEST(!schedule.gives_up(start + due + 101s));
    BOOST_TEST((schedule.wakes_at() == start + due + 103s));
    schedule.started(start + due + 103s);
    schedule.failed(start + due + 103s, middle);
    BOOST_TEST(!schedule.gives_up(start + 100h));  // no keys to give up
  }
}

BOOST_FIXTURE_TEST_CASE(keys_without_a_stale_time_are_dropped_when_a_refresh_fails, ScheduleFixture) {
  terms.keep = 0s;
  auto schedule = first_fetched(600s);
  schedule.started(start + 600s);
  schedule.failed(start + 600s, middle);
  BOOST_TEST(schedule.gives_up(start + 600s));
}

BOOST_FIXTURE_TEST_CASE(a_delayed_refresh_counts_from_its_start, ScheduleFixture) {
  terms.keep = 100s;
  auto schedule = first_fetched(600s);
  schedule.started(start + 1h);
  schedule.failed(start + 1h, middle);
  BOOST_TEST(!schedule.gives_up(start + 1h + 100s - 1ns));
  BOOST_TEST(schedule.gives_up(start + 1h + 100s));
}

BOOST_FIXTURE_TEST_CASE(an_early_fetch_that_fails_shortens_nothing, ScheduleFixture) {
  terms.keep = 1s;
  auto schedule = first_fetched(600s);
  BOOST_TEST(schedule.ask(start + 10s));
  schedule.started(start + 10s);
  schedule.failed(start + 15s, middle);
  BOOST_TEST((schedule.wakes_at() == start + 16s));  // the fetch is retried
  for (const auto at : {16s, 100s, 570s}) {
    schedule.started(start + at);
    schedule.failed(start + at, middle);
    BOOST_TEST(!schedule.gives_up(start + 600s));
  }
  schedule.started(start + 595s);
  schedule.failed(start + 595s, middle);
  BOOST_TEST((schedule.wakes_at() == start + 600s));  // the regular refresh is not postponed
  schedule.started(start + 599s);
  schedule.failed(start + 604s, middle);  // at 600 s it was in progress
  BOOST_TEST(!schedule.gives_up(start + 601s - 1ns));
  BOOST_TEST(schedule.gives_up(start + 601s));
}

BOOST_FIXTURE_TEST_CASE(renewed_keys_serve_for_their_full_time, ScheduleFixture) {
  terms.keep = 100s;
  auto schedule = first_fetched(60s);
  schedule.started(start + 60s);
  schedule.failed(start + 60s, middle);
  schedule.started(start + 61s);
  schedule.renewed();
  schedule.failed(start + 61s, middle);  // another part of that fetch failed: the next is due in 2 s
  BOOST_TEST((schedule.wakes_at() == start + 63s));
  BOOST_TEST(!schedule.gives_up(start + 1h));
  schedule.started(start + 63s);
  schedule.failed(start + 63s, middle);
  BOOST_TEST(!schedule.gives_up(start + 163s - 1ns));
  BOOST_TEST(schedule.gives_up(start + 163s));
}

BOOST_AUTO_TEST_SUITE_END()
