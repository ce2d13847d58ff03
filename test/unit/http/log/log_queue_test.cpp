// The queue between the logging threads and the writing thread.
#include "http/log/log_queue.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace tacit::http;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t room = 16 * 1024;

std::string line_of(std::size_t size, char letter = 'x') { return std::string(size - 1, letter) + '\n'; }

std::size_t index_of(LogKind kind) { return static_cast<std::size_t>(kind); }

/// The number of lines of that kind that the queue accepts before it drops one.
std::size_t fill(LogQueue& queue, LogKind kind, std::size_t size) {
  const std::uint64_t before = queue.dropped()[index_of(kind)];
  std::size_t count = 0;
  for (; count < 100'000; ++count) {
    queue.push(line_of(size), kind);
    if (queue.dropped()[index_of(kind)] != before) break;
  }
  return count;
}

/// Takes lines "<thread> <number>" until the line "end".
class Reader {
 public:
  Reader(LogQueue& queue, int threads)
      : last_(static_cast<std::size_t>(threads), -1), thread_([&queue, this] {
          while (!ended_) {
            read(queue.take());
            queue.written();
          }
        }) {}

  void join() { thread_.join(); }
  std::uint64_t came() const { return came_; }
  std::uint64_t dropped() const { return dropped_; }
  std::uint64_t faults() const { return faults_; }

 private:
  void read(const LogBatch& batch) {
    std::string_view text = batch.text.text();
    for (const LogBatch::Line& line : batch.lines) {
      const std::string one(text.substr(0, line.size));
      text.remove_prefix(line.size);
      if (one == "end\n") {
        ended_ = true;
      } else {
        read(one);
      }
    }
    if (!text.empty()) ++faults_;
    for (const std::uint64_t count : batch.dropped) dropped_ += count;
  }

  void read(const std::string& line) {
    ++came_;
    const auto space = line.find(' ');
    const bool whole = space != line.npos && line.find('\n') == line.size() - 1;
    int& last = last_.at(whole ? std::stoul(line) : 0);
    const int number = whole ? std::stoi(line.substr(space)) : -1;
    if (number <= last) ++faults_;
    last = number;
  }

  std::vector<int> last_;
  std::uint64_t came_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t faults_ = 0;
  bool ended_ = false;
  std::thread thread_;  // last, because it uses the other members
};

}  // namespace

BOOST_AUTO_TEST_SUITE(log_queue)

BOOST_AUTO_TEST_CASE(lines_come_out_in_their_order) {
  LogQueue queue(room, 100);
  queue.push("a\nbb\n", LogKind::access);
  queue.push("ccc\n", LogKind::error);
  const LogBatch& batch = queue.take();
  BOOST_TEST(batch.text.text() == "a\nbb\nccc\n");
  BOOST_REQUIRE(batch.lines.size() == 3U);
  BOOST_TEST(batch.lines[1].size == 3U);
  BOOST_TEST((batch.lines[1].kind == LogKind::access));
  BOOST_TEST((batch.lines[2].kind == LogKind::error));
  queue.push("d\n", LogKind::other);  // while the batch is being written
  BOOST_TEST(batch.text.text() == "a\nbb\nccc\n");
  queue.written();
  BOOST_TEST(queue.take().text.text() == "d\n");
  queue.written();
}

BOOST_AUTO_TEST_CASE(the_least_important_lines_are_dropped_first) {
  LogQueue queue(room, 100'000);
  constexpr std::size_t size = 128;
  BOOST_TEST(fill(queue, LogKind::access, size) == room / 16 * 8 / size);
  BOOST_TEST(fill(queue, LogKind::other, size) == room / 16 * 4 / size);
  BOOST_TEST(fill(queue, LogKind::access, size) == 0U);
  BOOST_TEST(fill(queue, LogKind::error, size) == room / 16 * 3 / size);
  BOOST_TEST(fill(queue, LogKind::audit_head, size) == room / 16 / size);
  const LogCounts expected{2, 1, 1, 1};
  BOOST_TEST(queue.dropped() == expected, boost::test_tools::per_element());
  const LogBatch& batch = queue.take();
  BOOST_TEST(batch.dropped == expected, boost::test_tools::per_element());
  BOOST_TEST(batch.text.size() == room);
  // While a batch is being written, the queue accepts the same amount again.
  BOOST_TEST(fill(queue, LogKind::access, size) == room / 16 * 8 / size);
  queue.written();
}

BOOST_AUTO_TEST_CASE(lines_are_bounded_by_their_number_too) {
  LogQueue queue(room, 160);
  BOOST_TEST(fill(queue, LogKind::access, 2) == 80U);
  BOOST_TEST(fill(queue, LogKind::error, 2) == 70U);
  BOOST_TEST(fill(queue, LogKind::audit_head, 2) == 10U);
}

BOOST_AUTO_TEST_CASE(lines_that_fit_are_kept) {
  LogQueue queue(room, 160);
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "x\n";
  queue.push(lines, LogKind::access);
  BOOST_TEST(queue.dropped()[index_of(LogKind::access)] == 20U);
  BOOST_TEST(queue.take().text.size() == 160U);
  queue.written();
}

BOOST_AUTO_TEST_CASE(a_flush_waits_no_longer_than_asked) {
  LogQueue queue(room, 160);
  BOOST_TEST(queue.wait_written(0ms));
  queue.push("a\n", LogKind::error);
  BOOST_TEST(!queue.wait_written(1ms));
  queue.take();
  BOOST_TEST(!queue.wait_written(1ms));
  queue.written();
  BOOST_TEST(queue.wait_written(0ms));
}

BOOST_AUTO_TEST_CASE(threads_neither_tear_nor_lose_nor_reorder_lines) {
  LogQueue queue(room, 160);
  constexpr int threads = 4;
  constexpr int each = 5000;
  std::vector<std::thread> pushing;
  for (int thread = 0; thread < threads; ++thread) {
    pushing.emplace_back([&queue, thread] {
      for (int i = 0; i < each; ++i) {
        const std::string line = std::to_string(thread) + ' ' + std::to_string(i) + '\n';
        queue.push(line, i % 2 == 0 ? LogKind::access : LogKind::error);
      }
    });
  }
  Reader reader(queue, threads);
  for (std::thread& thread : pushing) thread.join();
  BOOST_TEST(queue.wait_written(60s));
  queue.push("end\n", LogKind::audit_head);
  reader.join();
  BOOST_TEST(reader.faults() == 0U);
  std::uint64_t counted = 0;
  for (const std::uint64_t count : queue.dropped()) counted += count;
  BOOST_TEST(reader.dropped() == counted);
  BOOST_TEST(reader.came() + counted == std::uint64_t{threads} * each);
}

BOOST_AUTO_TEST_SUITE_END()
