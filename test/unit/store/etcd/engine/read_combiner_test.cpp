// Reads that share requests, against a client that answers when the test says so.
#include "store/etcd/engine/read_combiner.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>

#include "test/unit/store/etcd/engine/fake_engine_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

struct Asked {
  ReadTxn txn;
  EtcdClient::Done<ReadTxnResult> done;
};

class HeldClient final : public EtcdClient {
 public:
  void read(ReadTxn txn, Clock::time_point, Done<ReadTxnResult> done) override {
    asked.push_back({std::move(txn), std::move(done)});
  }
  void write(WriteTxn, Clock::time_point, Done<WriteTxnResult>) override {}
  void grant_lease(std::chrono::seconds, Clock::time_point, Done<std::int64_t>) override {}
  void keep_alive(std::int64_t, Clock::time_point, Done<std::chrono::seconds>) override {}
  void revoke_lease(std::int64_t, Clock::time_point, Done<std::monostate>) override {}
  void compact(std::int64_t, Clock::time_point, Done<std::monostate>) override {}
  void status(std::size_t, Clock::time_point, Done<Status>) override {}
  void alarms(Clock::time_point, Done<Alarms>) override {}
  std::unique_ptr<Watch> watch(Range, std::int64_t, WatchHandlers) override { return nullptr; }
  const EtcdConnection& connection() const override { return connection_; }
  std::string current_endpoint() const override { return "held:1"; }

  /// Answers with a row for each range, whose value is its key.
  void answer(std::size_t number, std::int64_t revision) {
    ReadTxnResult result;
    result.revision = revision;
    for (const Range& range : asked[number].txn.ranges) {
      KeyValue row;
      row.key = row.value = range.key;
      result.ranges.emplace_back().rows.push_back(std::move(row));
    }
    const auto done = asked[number].done;
    done(std::move(result));
  }
  void fail(std::size_t number, RpcErrc code) {
    RpcFailure failure;
    failure.code = code;
    const auto done = asked[number].done;
    done(failure);
  }
  std::string keys_asked(std::size_t number) const {
    std::string keys;
    for (const Range& range : asked[number].txn.ranges) keys += (keys.empty() ? "" : " ") + text(range.key);
    return keys;
  }

  std::vector<Asked> asked;

 private:
  EtcdConnection connection_;
};

/// Reads, and what they were answered: the values with the revision, or the code.
class Reads {
 public:
  explicit Reads(std::size_t most_ranges = 64) : combiner_(std::make_shared<ReadCombiner>(client, most_ranges)) {}
  ~Reads() { combiner_->close(); }

  std::size_t begin(const std::vector<std::string>& keys, std::int64_t revision = 0, std::int64_t limit = 0) {
    ReadTxn txn;
    txn.revision = revision;
    for (const std::string& key : keys) {
      Range range;
      range.key = bytes(key);
      if (limit != 0) range.end = bytes("~");
      range.limit = limit;
      txn.ranges.push_back(std::move(range));
    }
    const std::size_t number = answers.size();
    answers.emplace_back();
    combiner_->read(std::move(txn), Clock::now() + std::chrono::seconds(10), [this, number](auto outcome) {
      answers[number] += outcome ? std::to_string(outcome->revision) : "code";
      if (!outcome) answers[number] += std::to_string(static_cast<int>(outcome.error().code));
      if (!outcome) return;
      for (const RangeResult& range : outcome->ranges) answers[number] += " " + text(range.rows.at(0).value);
    });
    return number;
  }
  void close() { combiner_->close(); }

  HeldClient client;
  std::vector<std::string> answers;

 private:
  std::shared_ptr<ReadCombiner> combiner_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_read_combiner)

BOOST_AUTO_TEST_CASE(reads_that_begin_meanwhile_share_a_request) {
  Reads reads;
  for (const char* key : {"a", "b", "c", "d", "e"}) reads.begin({key, "all"});
  BOOST_TEST(reads.client.asked.size() == 2U);  // the first two, each for itself
  BOOST_TEST(reads.client.keys_asked(0) == "a all");
  reads.client.answer(0, 7);
  BOOST_REQUIRE(reads.client.asked.size() == 3U);
  BOOST_TEST(reads.client.keys_asked(2) == "c all d e");  // the key that all want is asked for once
  BOOST_TEST(reads.client.asked[2].txn.revision == 0);
  reads.client.answer(2, 9);
  reads.client.answer(1, 8);
  const std::vector<std::string> expected{"7 a all", "8 b all", "9 c all", "9 d all", "9 e all"};
  BOOST_TEST(reads.answers == expected, boost::test_tools::per_element());
  reads.begin({"f"});
  BOOST_TEST(reads.client.asked.size() == 4U);  // nothing is under way
}

BOOST_AUTO_TEST_CASE(a_request_begins_after_the_reads_that_it_answers) {
  Reads reads;
  reads.begin({"a"});
  reads.begin({"b"});
  const std::size_t late = reads.begin({"a"});
  reads.client.answer(0, 5);
  BOOST_TEST(reads.answers[late].empty());  // the answer to an earlier request says nothing about this one
  reads.client.answer(2, 6);
  BOOST_TEST(reads.answers[late] == "6 a");
}

BOOST_AUTO_TEST_CASE(only_reads_of_one_revision_share) {
  Reads reads;
  reads.begin({"a"});
  reads.begin({"b"});
  reads.begin({"c"}, 3);
  reads.begin({"d"});
  reads.begin({"e"}, 3);
  reads.client.answer(0, 5);
  BOOST_TEST(reads.client.keys_asked(2) == "c e");
  BOOST_TEST(reads.client.asked[2].txn.revision == 3);
  reads.client.answer(1, 5);
  BOOST_TEST(reads.client.keys_asked(3) == "d");
}

BOOST_AUTO_TEST_CASE(a_request_has_no_more_ranges_than_the_server_takes) {
  Reads reads(3);
  for (const char* key : {"a", "b", "c", "d", "e"}) reads.begin({key, "x"});
  reads.client.answer(0, 5);
  BOOST_TEST(reads.client.keys_asked(2) == "c x");  // "d" would make four, because each counts as if it were apart
  reads.client.answer(1, 5);
  reads.client.answer(2, 5);
  reads.client.answer(3, 5);
  reads.client.answer(4, 5);
  BOOST_TEST(reads.answers.back() == "5 e x");
}

BOOST_AUTO_TEST_CASE(a_long_read_goes_alone_and_at_once) {
  Reads reads;
  reads.begin({"a"});
  reads.begin({"b"});
  reads.begin({"c"}, 0, 512);
  BOOST_TEST(reads.client.asked.size() == 3U);
  BOOST_TEST(reads.client.keys_asked(2) == "c");
}

BOOST_AUTO_TEST_CASE(a_failure_concerns_the_read_at_fault) {
  Reads reads;
  for (const char* key : {"a", "b", "c", "d"}) reads.begin({key});
  reads.client.answer(0, 5);
  reads.client.fail(2, RpcErrc::refused);
  BOOST_REQUIRE(reads.client.asked.size() == 5U);  // each once more, alone
  BOOST_TEST(reads.client.keys_asked(3) == "c");
  reads.client.fail(3, RpcErrc::refused);
  reads.client.answer(4, 5);
  BOOST_TEST(reads.answers[2] == "code" + std::to_string(static_cast<int>(RpcErrc::refused)));
  BOOST_TEST(reads.answers[3] == "5 d");
}

BOOST_AUTO_TEST_CASE(all_reads_learn_that_the_cluster_is_unreachable) {
  Reads reads;
  for (const char* key : {"a", "b", "c", "d"}) reads.begin({key});
  reads.client.fail(0, RpcErrc::unreachable);
  reads.client.fail(2, RpcErrc::unreachable);
  BOOST_TEST(reads.client.asked.size() == 3U);
  BOOST_TEST(reads.answers[2] == "code0");
  BOOST_TEST(reads.answers[3] == "code0");
}

BOOST_AUTO_TEST_CASE(an_answer_to_another_request_is_refused) {
  Reads reads;
  reads.begin({"a", "b"});
  const auto done = reads.client.asked[0].done;
  ReadTxnResult result;
  result.revision = 5;
  done(result);
  BOOST_TEST(reads.answers[0] == "code" + std::to_string(static_cast<int>(RpcErrc::invalid)));
}

BOOST_AUTO_TEST_CASE(no_read_waits_long_for_an_endpoint_that_does_not_answer) {
  Reads reads;
  for (const char* key : {"a", "b", "c"}) reads.begin({key});
  std::this_thread::sleep_for(ReadCombiner::most_patience + std::chrono::milliseconds(20));
  reads.begin({"d"});
  BOOST_REQUIRE(reads.client.asked.size() == 3U);
  BOOST_TEST(reads.client.keys_asked(2) == "c d");
}

BOOST_AUTO_TEST_CASE(after_the_end_no_request_is_made) {
  Reads reads;
  for (const char* key : {"a", "b", "c", "d"}) reads.begin({key});
  reads.client.answer(0, 5);
  reads.close();
  reads.client.fail(2, RpcErrc::refused);
  reads.client.answer(1, 5);
  BOOST_TEST(reads.client.asked.size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
