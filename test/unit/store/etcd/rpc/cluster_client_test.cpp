// The client against one node of a real etcd.
#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <exception>
#include <filesystem>
#include <limits>
#include <map>
#include <thread>

#include "test/unit/store/etcd/etcd_cluster_fixture.hpp"
#include "test/unit/store/etcd/rpc/rpc_fixture.hpp"

namespace tacit::store::etcd {
namespace {

using namespace testing;
using store::testing::EtcdCluster;
using store::testing::EtcdClusterOptions;

/// One for the suite: each case uses keys of its own.
struct OneNode {
  OneNode() { cluster = std::make_unique<EtcdCluster>(EtcdClusterOptions{}); }
  ~OneNode() { cluster.reset(); }
  static std::unique_ptr<EtcdCluster> cluster;
};
std::unique_ptr<EtcdCluster> OneNode::cluster;

struct Connected {
  EtcdCluster& cluster = *OneNode::cluster;
  std::shared_ptr<EtcdClient> client = connect(cluster.connection());
};

boost::asio::awaitable<void> write_then_read(EtcdClient* client, std::string* read, bool* applied) {
  RpcOutcome<WriteTxnResult> written = co_await await_write(*client, putting("awaited", "1"), in(seconds(10)));
  *applied = written && written->applied;
  RpcOutcome<ReadTxnResult> got = co_await await_read(*client, reading("awaited"), in(seconds(10)));
  if (got && !got->ranges[0].rows.empty()) *read = text(got->ranges[0].rows[0].value);
}

BOOST_AUTO_TEST_SUITE(cluster_client, *boost::unit_test::fixture<OneNode>())

BOOST_FIXTURE_TEST_CASE(a_value_of_any_bytes_is_read_as_it_was_written, Connected) {
  const std::string value("\0\xFF\n\x80", 4);
  const std::int64_t revision = put(*client, "bytes", value);
  const ReadTxnResult result = value_of(read_now(*client, reading("bytes"), in(seconds(10))));
  BOOST_TEST(text(result.ranges[0].rows[0].value) == value);
  BOOST_TEST(text(result.ranges[0].rows[0].key) == "bytes");
  BOOST_TEST(result.ranges[0].rows[0].mod_revision == revision);
  BOOST_TEST(result.revision >= revision);
  BOOST_TEST((get(*client, "absent") == std::nullopt));
}

BOOST_FIXTURE_TEST_CASE(a_range_has_an_end_a_limit_and_keys_alone, Connected) {
  for (const char* key : {"range/1", "range/2", "range/3", "range0"}) put(*client, key, "v");
  ReadTxn txn;
  txn.ranges.push_back(Range{.key = bytes("range/"), .end = bytes("range0")});
  txn.ranges.push_back(Range{.key = bytes("range/"), .end = bytes("range0"), .limit = 2, .keys_only = true});
  const ReadTxnResult result = value_of(read_now(*client, txn, in(seconds(10))));
  BOOST_REQUIRE(result.ranges.size() == 2U);
  BOOST_TEST(result.ranges[0].rows.size() == 3U);
  BOOST_TEST(!result.ranges[0].more);
  BOOST_TEST(result.ranges[1].rows.size() == 2U);
  BOOST_TEST(result.ranges[1].more);
  BOOST_TEST(result.ranges[1].rows[0].value.empty());
}

BOOST_FIXTURE_TEST_CASE(a_pinned_read_shows_what_was_until_its_revision_is_compacted, Connected) {
  const std::int64_t before = put(*client, "pinned", "old");
  const std::int64_t after = put(*client, "pinned", "new");
  BOOST_TEST((get(*client, "pinned", before) == std::optional<std::string>("old")));
  const ReadTxnResult result = value_of(read_now(*client, reading("pinned", before), in(seconds(10))));
  BOOST_TEST(result.revision == before);
  value_of(compact_now(*client, after, in(seconds(10))));
  const auto compacted = read_now(*client, reading("pinned", before), in(seconds(10)));
  BOOST_REQUIRE(!compacted);
  BOOST_TEST((compacted.error().code == RpcErrc::compacted));
  const auto again = compact_now(*client, after, in(seconds(10)));
  BOOST_REQUIRE(!again);
  BOOST_TEST((again.error().code == RpcErrc::compacted));
}

BOOST_FIXTURE_TEST_CASE(a_write_is_applied_only_if_all_of_its_compares_hold, Connected) {
  WriteTxn create = putting("compared", "1");
  create.compares.push_back(same_revision("compared", 0));
  const WriteTxnResult created = value_of(write_now(*client, create, in(seconds(10))));
  BOOST_TEST(created.applied);
  BOOST_TEST(!value_of(write_now(*client, create, in(seconds(10)))).applied);

  WriteTxn change = putting("compared", "2");
  change.compares.push_back(same_revision("compared", created.revision));
  Compare nothing_new;
  nothing_new.target = Compare::Target::revision_below;
  nothing_new.key = bytes("compared/");
  nothing_new.end = bytes("compared0");
  nothing_new.number = created.revision + 1;
  change.compares.push_back(nothing_new);
  BOOST_TEST(value_of(write_now(*client, change, in(seconds(10)))).applied);

  put(*client, "compared/x", "inserted");
  WriteTxn late = putting("compared", "3");
  late.compares.push_back(nothing_new);
  BOOST_TEST(!value_of(write_now(*client, late, in(seconds(10)))).applied);
  BOOST_TEST((get(*client, "compared") == std::optional<std::string>("2")));
}

BOOST_FIXTURE_TEST_CASE(a_write_removes_keys_and_ranges, Connected) {
  for (const char* key : {"gone", "gone/1", "gone/2", "gone0"}) put(*client, key, "v");
  WriteTxn txn;
  Delete one;
  one.key = bytes("gone");
  Delete range;
  range.key = bytes("gone/");
  range.end = bytes("gone0");
  txn.changes.emplace_back(one);
  txn.changes.emplace_back(range);
  BOOST_TEST(value_of(write_now(*client, txn, in(seconds(10)))).applied);
  BOOST_TEST((get(*client, "gone") == std::nullopt));
  BOOST_TEST((get(*client, "gone/2") == std::nullopt));
  BOOST_TEST((get(*client, "gone0") == std::optional<std::string>("v")));
}

BOOST_FIXTURE_TEST_CASE(a_request_that_is_too_large_is_distinguished_from_a_malformed_one, Connected) {
  WriteTxn many;
  for (int i = 0; i < 1025; ++i) {
    Put put;
    put.key = bytes("many/" + std::to_string(i));
    many.changes.emplace_back(put);
  }
  const auto too_many = write_now(*client, many, in(seconds(10)));
  BOOST_REQUIRE(!too_many);
  BOOST_TEST((too_many.error().code == RpcErrc::too_large));
  const auto too_big = write_now(*client, putting("big", std::string(1'600'000, 'x')), in(seconds(10)));
  BOOST_REQUIRE(!too_big);
  BOOST_TEST((too_big.error().code == RpcErrc::too_large));
  WriteTxn twice = putting("twice", "1");
  twice.changes.push_back(twice.changes.front());
  const auto malformed = write_now(*client, twice, in(seconds(10)));
  BOOST_REQUIRE(!malformed);
  BOOST_TEST((malformed.error().code == RpcErrc::invalid));
}

BOOST_FIXTURE_TEST_CASE(a_lease_lives_while_it_is_renewed_and_takes_its_keys_with_it, Connected) {
  const std::int64_t lease = value_of(grant_lease_now(*client, seconds(60), in(seconds(10))));
  WriteTxn txn;
  Put put;
  put.key = bytes("leased");
  put.lease = lease;
  txn.changes.emplace_back(put);
  BOOST_TEST(value_of(write_now(*client, txn, in(seconds(10)))).applied);
  const ReadTxnResult with_lease = value_of(read_now(*client, reading("leased"), in(seconds(10))));
  BOOST_TEST(with_lease.ranges[0].rows[0].lease == lease);
  BOOST_TEST((value_of(keep_alive_now(*client, lease, in(seconds(10)))) == seconds(60)));
  value_of(revoke_lease_now(*client, lease, in(seconds(10))));
  BOOST_TEST((get(*client, "leased") == std::nullopt));
  const auto renewed = keep_alive_now(*client, lease, in(seconds(10)));
  BOOST_REQUIRE(!renewed);
  BOOST_TEST((renewed.error().code == RpcErrc::lease_gone));
  const auto revoked = revoke_lease_now(*client, lease, in(seconds(10)));
  BOOST_REQUIRE(!revoked);
  BOOST_TEST((revoked.error().code == RpcErrc::lease_gone));
}

BOOST_FIXTURE_TEST_CASE(the_status_tells_version_leader_and_size, Connected) {
  put(*client, "status", "v");
  const Status status = value_of(status_now(*client, 0, in(seconds(10))));
  BOOST_TEST(status.endpoint == cluster.endpoint(0));
  BOOST_TEST(status.version.find("3.") == 0U);
  BOOST_TEST(status.leader != 0U);
  BOOST_TEST(status.leader == status.member);
  BOOST_TEST(status.size > 0U);
  BOOST_TEST(status.size_in_use > 0U);
  BOOST_TEST(status.revision > 0);
  BOOST_TEST(!status.is_learner);
  const Alarms alarms = value_of(alarms_now(*client, in(seconds(10))));
  BOOST_TEST(!alarms.no_space);
  BOOST_TEST(!alarms.corrupt);
}

BOOST_FIXTURE_TEST_CASE(a_coroutine_writes_and_reads, Connected) {
  boost::asio::io_context context(1);
  std::string read;
  bool applied = false;
  boost::asio::co_spawn(context, write_then_read(client.get(), &read, &applied), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  context.run();
  BOOST_TEST(applied);
  BOOST_TEST(read == "1");
}

BOOST_FIXTURE_TEST_CASE(many_threads_call_at_once, Connected) {
  constexpr int threads = 8;
  constexpr int calls = 50;
  std::atomic<int> right{0};
  std::vector<std::thread> callers;
  for (int t = 0; t < threads; ++t) {
    callers.emplace_back([&, t] {
      for (int i = 0; i < calls; ++i) {
        const std::string key = "threads/" + std::to_string(t);
        const auto written = write_now(*client, putting(key, std::to_string(i)), in(seconds(20)));
        const auto got = read_now(*client, reading(key), in(seconds(20)));
        if (written && got && text(got->ranges[0].rows[0].value) == std::to_string(i)) ++right;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  BOOST_TEST(right == threads * calls);
}

BOOST_FIXTURE_TEST_CASE(a_watch_reports_changes_in_order_from_a_revision_on, Connected) {
  const std::int64_t first = put(*client, "watched/1", "a");
  WatchRecord record;
  const auto watch = client->watch(Range{.key = bytes("watched/"), .end = bytes("watched0")}, first, record.handlers());
  put(*client, "elsewhere", "x");
  put(*client, "watched/2", "b");
  WriteTxn removal;
  Delete one;
  one.key = bytes("watched/1");
  removal.changes.emplace_back(one);
  const std::int64_t last = value_of(write_now(*client, removal, in(seconds(10)))).revision;
  BOOST_REQUIRE(record.wait([](const WatchRecord& now) { return now.events_.size() >= 3; }));
  BOOST_TEST(record.events_.size() == 3U);
  BOOST_TEST(text(record.events_[0].key) == "watched/1");
  BOOST_TEST(record.events_[0].mod_revision == first);
  BOOST_TEST(text(*record.events_[1].value) == "b");
  BOOST_TEST(!record.events_[2].value);
  BOOST_TEST(record.events_[2].mod_revision == last);
  BOOST_TEST(record.events_revision_ == last);
}

BOOST_FIXTURE_TEST_CASE(a_watch_tells_what_rows_were_before_if_it_is_asked_to, Connected) {
  const std::int64_t first = put(*client, "former/1", "a");
  const std::int64_t second = put(*client, "former/1", "b");
  WriteTxn removal;
  Delete one;
  one.key = bytes("former/1");
  removal.changes.emplace_back(one);
  value_of(write_now(*client, removal, in(seconds(10))));
  WatchRecord record;
  WatchHandlers handlers = record.handlers();
  handlers.wants_previous = true;
  const auto watch = client->watch(Range{.key = bytes("former/"), .end = bytes("former0")}, first, std::move(handlers));
  BOOST_REQUIRE(record.wait([](const WatchRecord& now) { return now.events_.size() >= 3; }));
  BOOST_TEST(!record.events_[0].previous);
  BOOST_TEST(record.events_[0].create_revision == first);
  BOOST_REQUIRE((record.events_[1].previous && record.events_[2].previous));
  BOOST_TEST(text(record.events_[1].previous->value) == "a");
  BOOST_TEST(record.events_[1].create_revision == first);
  BOOST_TEST(text(record.events_[2].previous->value) == "b");
  BOOST_TEST(record.events_[2].previous->mod_revision == second);
  BOOST_TEST(record.events_[2].previous->create_revision == first);
}

BOOST_FIXTURE_TEST_CASE(a_watch_confirms_a_revision_when_it_is_asked, Connected) {
  WatchRecord record;
  const auto watch = client->watch(Range{.key = bytes("quiet/"), .end = bytes("quiet0")}, 0, record.handlers());
  const std::int64_t revision = put(*client, "not-watched", "x");
  // A request before the watch is made is sent when it is.
  for (int i = 0; i < 100 && record.progress_ < revision; ++i) {
    watch->request_progress();
    record.wait([revision](const WatchRecord& now) { return now.progress_ >= revision; }, milliseconds(100));
  }
  BOOST_TEST(record.wait([revision](const WatchRecord& now) { return now.progress_ >= revision; }));
  BOOST_TEST(record.events_.empty());
}

BOOST_FIXTURE_TEST_CASE(a_watch_of_a_compacted_revision_ends_with_that_reason, Connected) {
  const std::int64_t first = put(*client, "history", "1");
  value_of(compact_now(*client, put(*client, "history", "2"), in(seconds(10))));
  WatchRecord record;
  Range range;
  range.key = bytes("history");
  const auto watch = client->watch(range, first, record.handlers());
  BOOST_REQUIRE(record.wait([](const WatchRecord& now) { return now.ended_.has_value(); }));
  BOOST_TEST((record.ended_->code == RpcErrc::compacted));
}

BOOST_FIXTURE_TEST_CASE(a_large_change_reaches_the_watch_in_whole, Connected) {
  WatchRecord record;
  const auto watch = client->watch(Range{.key = bytes("large/"), .end = bytes("large0")}, 0, record.handlers());
  // More than a fragment holds, from one start of the watch: put before it is made, or after.
  for (int i = 0; i < 8; ++i) put(*client, "large/" + std::to_string(i), std::string(1'000'000, 'x'));
  BOOST_REQUIRE(record.wait([](const WatchRecord& now) { return now.events_.size() >= 8; }));
  for (const WatchEvent& event : record.events_) BOOST_TEST(event.value->size() == 1'000'000U);
  BOOST_TEST(record.events_revision_ == record.events_.back().mod_revision);
}

BOOST_FIXTURE_TEST_CASE(a_client_with_a_running_watch_can_be_destroyed, Connected) {
  WatchRecord record;
  Range range;
  range.key = bytes("a");
  std::unique_ptr<Watch> watch = client->watch(range, 0, record.handlers());
  watch->request_progress();
  BOOST_REQUIRE(record.wait([](const WatchRecord& now) { return now.progress_ > 0; }));
  client.reset();
  BOOST_TEST(record.ends_ == 1);
  watch->request_progress();
  watch.reset();
}

BOOST_FIXTURE_TEST_CASE(a_handler_may_destroy_its_watch, Connected) {
  WatchRecord record;
  std::unique_ptr<Watch> watch;
  std::mutex mutex;
  WatchHandlers handlers = record.handlers();
  auto note = std::move(handlers.events);
  std::unique_ptr<Watch>* const owned = &watch;
  handlers.events = [note, owned, &mutex](std::vector<WatchEvent> events, std::int64_t revision) {
    const std::lock_guard lock(mutex);
    owned->reset();
    note(std::move(events), revision);
  };
  Range range;
  range.key = bytes("self-ended");
  {
    const std::lock_guard lock(mutex);
    watch = client->watch(range, 0, std::move(handlers));
  }
  BOOST_REQUIRE(!record.wait([](const WatchRecord& now) { return now.ends_ > 0; }, milliseconds(200)));
  for (int i = 0; i < 100; ++i) {
    put(*client, "self-ended", std::to_string(i));
    if (record.wait([](const WatchRecord& now) { return !now.events_.empty(); }, milliseconds(50))) break;
  }
  BOOST_REQUIRE(record.events_.size() == 1U);
  put(*client, "self-ended", "more");
  BOOST_TEST(!record.wait([](const WatchRecord& now) { return now.events_.size() > 1; }, milliseconds(200)));
  BOOST_TEST(record.ends_ == 0);
}

BOOST_FIXTURE_TEST_CASE(a_renewed_certificate_is_used_without_a_new_client, Connected) {
  EtcdConnection connection = cluster.connection_as("renewed");
  const auto renewing = connect(connection);
  put(*renewing, "renewed", "1");
  // An identity of an authority that etcd does not know takes the place of the right one, and the right one again.
  const std::filesystem::path right_certificate = cluster.folder() / "tacit-api.pem";
  const std::filesystem::path right_key = cluster.folder() / "tacit-api.key";
  const std::filesystem::path strange_folder = cluster.folder() / "strange";
  std::filesystem::create_directory(strange_folder);
  const test::TestCa strange(strange_folder, "ca");
  const auto wrong = strange.issue("wrong", test::CertificateRequest{.common_name = "renewed"});
  const auto replace = [&](const std::filesystem::path& certificate, const std::filesystem::path& key) {
    std::filesystem::copy_file(certificate, connection.certificate, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(key, connection.key, std::filesystem::copy_options::overwrite_existing);
  };
  const auto reads = [&] { return bool(read_now(*renewing, reading("renewed"), in(seconds(1)))); };
  const auto becomes = [&](bool wanted) {
    for (int i = 0; i < 30; ++i) {
      if (reads() == wanted) return true;
      std::this_thread::sleep_for(milliseconds(100));
    }
    return false;
  };
  replace(wrong.certificate, wrong.key);
  BOOST_TEST(becomes(false));
  replace(right_certificate, right_key);
  BOOST_TEST(becomes(true));
}

/// What is written to standard error while it exists.
class StandardError {
 public:
  explicit StandardError(std::filesystem::path file) : file_(std::move(file)), before_(::dup(STDERR_FILENO)) {
    const int to = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    BOOST_REQUIRE(to >= 0);
    ::dup2(to, STDERR_FILENO);
    ::close(to);
  }
  ~StandardError() {
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
  }
  StandardError(const StandardError&) = delete;
  StandardError& operator=(const StandardError&) = delete;
  std::uintmax_t size() const { return std::filesystem::file_size(file_); }

 private:
  const std::filesystem::path file_;
  const int before_;
};

BOOST_FIXTURE_TEST_CASE(grpc_writes_no_lines_of_its_own_to_standard_error, Connected) {
  const StandardError written(cluster.folder() / "stderr");
  EtcdConnection distrusting = cluster.connection();
  distrusting.ca = distrusting.certificate;
  BOOST_TEST(!read_now(*connect(distrusting), reading("a"), in(milliseconds(500))));
  BOOST_TEST(written.size() == 0U);
}

BOOST_FIXTURE_TEST_CASE(an_identity_of_another_authority_is_not_let_in, Connected) {
  const std::filesystem::path folder = cluster.folder() / "other-authority";
  std::filesystem::create_directory(folder);
  const test::TestCa other(folder, "ca");
  const auto issued = other.issue("tacit-api", test::CertificateRequest{.common_name = "tacit-api"});
  EtcdConnection connection = cluster.connection();
  connection.certificate = issued.certificate;
  connection.key = issued.key;
  BOOST_TEST(!read_now(*connect(connection), reading("a"), in(seconds(1))));
  // And this side does not take a server of another authority.
  EtcdConnection distrusting = cluster.connection();
  distrusting.ca = other.certificate();
  const auto refused = read_now(*connect(distrusting), reading("a"), in(seconds(1)));
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == RpcErrc::refused));
  BOOST_TEST(refused.error().text.find("TLS handshake") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tacit::store::etcd
