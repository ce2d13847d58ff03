// Notes of uses in memory: merged, bounded, and kept until they are stored.
#include "store/uses/use_notes.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace tacit::store;
using namespace std::chrono_literals;
using tacit::crypto::Uuid;

namespace {

constexpr UseNotes::Clock::time_point start{1000s};

Uuid id(std::uint8_t n) {
  Uuid id;
  id.bytes.fill(n);
  return id;
}

IdentityTag tag(std::uint8_t n) {
  IdentityTag tag;
  tag.fill(n);
  return tag;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(use_notes)

BOOST_AUTO_TEST_CASE(releases_of_one_secret_tool_and_identity_are_one_note) {
  UseNotes notes(start);
  notes.note(id(1), id(2), tag(1), "tool", "old label", 5);
  notes.note(id(1), id(2), tag(1), "tool", "label", 7);
  notes.note(id(1), id(2), tag(2), "tool", "label", 6);
  notes.note(id(1), id(2), tag(1), "other", "label", 6);
  BOOST_TEST(notes.figures().pending == 3U);
  const auto copied = notes.copy(start);
  BOOST_REQUIRE(copied.size() == 3U);
  for (const UseNote& note : copied) {
    BOOST_TEST(note.use.runtime == "label");
    if (note.use.tag != tag(1) || note.use.tool != "tool") continue;
    BOOST_TEST(note.use.count == 2U);
    BOOST_TEST(note.use.first_at == 5);
    BOOST_TEST(note.use.last_at == 7);
  }
}

BOOST_AUTO_TEST_CASE(a_note_stays_until_it_is_settled) {
  UseNotes notes(start);
  notes.note(id(1), id(2), tag(1), "tool", "label", 5);
  const auto copied = notes.copy(start);
  BOOST_TEST(notes.has_release(id(1), id(2), tag(1), "tool", 5));
  notes.note(id(1), id(2), tag(1), "tool", "label", 9);  // while the batch is on its way
  notes.settle(copied);
  const auto rest = notes.copy(start);
  BOOST_REQUIRE(rest.size() == 1U);
  BOOST_TEST(rest[0].use.count == 1U);
  BOOST_TEST(rest[0].use.last_at == 9);
  notes.settle(rest);
  BOOST_TEST(notes.figures().pending == 0U);
  BOOST_TEST(!notes.has_release(id(1), id(2), tag(1), "tool", 0));
}

BOOST_AUTO_TEST_CASE(a_release_is_found_by_all_of_its_key) {
  UseNotes notes(start);
  notes.note(id(1), id(2), tag(1), "tool", "label", 5);
  BOOST_TEST(notes.has_release(id(1), id(2), tag(1), "tool", 5));
  BOOST_TEST(!notes.has_release(id(1), id(2), tag(1), "tool", 6));
  BOOST_TEST(!notes.has_release(id(3), id(2), tag(1), "tool", 0));
  BOOST_TEST(!notes.has_release(id(1), id(3), tag(1), "tool", 0));
  BOOST_TEST(!notes.has_release(id(1), id(2), tag(2), "tool", 0));
  BOOST_TEST(!notes.has_release(id(1), id(2), tag(1), "too", 0));
}

BOOST_AUTO_TEST_CASE(notes_are_due_after_the_interval) {
  UseNotes notes(start);
  BOOST_TEST(!notes.due(start + 1h));  // there are none
  notes.note(id(1), id(2), tag(1), "tool", "label", 5);
  BOOST_TEST(!notes.due(start + UseNotes::interval - 1ms));
  BOOST_TEST(notes.due(start + UseNotes::interval));
}

BOOST_AUTO_TEST_CASE(there_is_a_limit_and_what_is_beyond_it_is_counted) {
  UseNotes notes(start);
  for (std::size_t i = 0; i < UseNotes::most_notes; ++i) {
    notes.note(id(1), id(2), tag(1), "tool " + std::to_string(i), "label", 5);
  }
  const UseFigures figures = notes.figures();
  BOOST_TEST(figures.pending < UseNotes::most_notes);
  BOOST_TEST(figures.pending + figures.dropped == UseNotes::most_notes);
}

BOOST_AUTO_TEST_CASE(threads_note_at_once) {
  UseNotes notes(start);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&notes] {
      for (int i = 0; i < 1000; ++i) {
        notes.note(id(1), id(static_cast<std::uint8_t>(i % 32)), tag(1), "tool", "label", i);
        if (i % 100 == 0) notes.settle(notes.copy(start));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(notes.figures().dropped == 0U);
  notes.settle(notes.copy(start));
  BOOST_TEST(notes.figures().pending == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
