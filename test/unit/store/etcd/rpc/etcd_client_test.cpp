// The client without a cluster: what it says of endpoints that do not answer, and that each call ends in time.
#include "store/etcd/rpc/etcd_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "test/integration/support/certificates.hpp"
#include "test/unit/store/etcd/rpc/rpc_fixture.hpp"

namespace tacit::store::etcd {
namespace {

using namespace testing;

/// A port of this machine on which connections are refused, or accepted and never answered.
class DeadEndpoint {
 public:
  enum class Kind : bool { refuses, silent };
  explicit DeadEndpoint(Kind kind) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    void* raw = &address;
    socklen_t size = sizeof address;
    BOOST_REQUIRE(::bind(socket_, static_cast<sockaddr*>(raw), size) == 0);
    BOOST_REQUIRE(::getsockname(socket_, static_cast<sockaddr*>(raw), &size) == 0);
    name_ = "127.0.0.1:" + std::to_string(::ntohs(address.sin_port));
    if (kind == Kind::silent) BOOST_REQUIRE(::listen(socket_, 16) == 0);
  }
  ~DeadEndpoint() { ::close(socket_); }
  DeadEndpoint(const DeadEndpoint&) = delete;
  DeadEndpoint& operator=(const DeadEndpoint&) = delete;
  const std::string& name() const { return name_; }

 private:
  int socket_;
  std::string name_;
};

struct Dead {
  DeadEndpoint refusing{DeadEndpoint::Kind::refuses};
  DeadEndpoint silent{DeadEndpoint::Kind::silent};

  EtcdConnection connection(std::vector<std::string> endpoints, milliseconds attempt = milliseconds(200)) {
    EtcdConnection connection;
    connection.endpoints = std::move(endpoints);
    connection.attempt = attempt;
    return connection;
  }
};

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tacit-rpc-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

BOOST_AUTO_TEST_SUITE(etcd_client)

BOOST_FIXTURE_TEST_CASE(an_endpoint_is_host_and_port, Dead) {
  for (const char* bad : {"", "host", "host:", ":1", "host:x", "host:123456", "https://host:1", "a,b:1", "a b:1"}) {
    BOOST_TEST_CONTEXT(bad) {
      const auto client = EtcdClient::create(connection({bad}));
      BOOST_REQUIRE(!client);
      BOOST_TEST((client.error().code == RpcErrc::invalid));
    }
  }
  BOOST_TEST(!EtcdClient::create(connection({})));
  BOOST_TEST(!!EtcdClient::create(connection({"host:1", "127.0.0.1:2379", "[::1]:2379"})));
}

BOOST_FIXTURE_TEST_CASE(a_missing_file_of_the_identity_is_named, Dead) {
  EtcdConnection with_tls = connection({refusing.name()});
  with_tls.ca = "/nonexistent/ca.pem";
  with_tls.certificate = "/nonexistent/certificate.pem";
  with_tls.key = "/nonexistent/key.pem";
  const auto client = EtcdClient::create(with_tls);
  BOOST_REQUIRE(!client);
  BOOST_TEST(client.error().text.find("/nonexistent/ca.pem") != std::string::npos);
  with_tls.ca.clear();
  BOOST_TEST(!EtcdClient::create(with_tls));
}

BOOST_FIXTURE_TEST_CASE(a_key_of_another_certificate_is_refused, Dead) {
  const Folder folder;
  const test::TestCa authority(folder.path, "ca");
  const auto one = authority.issue("one", test::CertificateRequest{.common_name = "one"});
  const auto two = authority.issue("two", test::CertificateRequest{.common_name = "two"});
  EtcdConnection with_tls = connection({refusing.name()});
  with_tls.ca = authority.certificate();
  with_tls.certificate = one.certificate;
  with_tls.key = one.key;
  BOOST_TEST(!!EtcdClient::create(with_tls));
  with_tls.key = two.key;
  const auto client = EtcdClient::create(with_tls);
  BOOST_REQUIRE(!client);
  BOOST_TEST(client.error().text.find("not the key") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_read_that_no_endpoint_answers_fails_by_its_deadline_and_names_the_reason, Dead) {
  const auto client = connect(connection({refusing.name()}));
  const auto begun = Clock::now();
  const auto outcome = read_now(*client, reading("a"), in(milliseconds(500)));
  BOOST_REQUIRE(!outcome);
  BOOST_TEST((outcome.error().code == RpcErrc::unreachable));
  BOOST_TEST(outcome.error().text == refusing.name() + ": refuses connections");
  // It keeps trying: the cluster may come back within the deadline.
  BOOST_TEST((Clock::now() - begun >= milliseconds(400)));
}

BOOST_FIXTURE_TEST_CASE(a_write_that_could_not_be_sent_is_unreachable_and_not_in_doubt, Dead) {
  for (const std::string& endpoint : {refusing.name(), silent.name()}) {
    BOOST_TEST_CONTEXT(endpoint) {
      const auto client = connect(connection({endpoint}));
      const auto outcome = write_now(*client, putting("a", "1"), in(milliseconds(500)));
      BOOST_REQUIRE(!outcome);
      BOOST_TEST((outcome.error().code == RpcErrc::unreachable));
      BOOST_TEST(outcome.error().text.find(endpoint) != std::string::npos);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_call_whose_deadline_has_passed_is_answered_on_the_client_s_thread, Dead) {
  const auto client = connect(connection({silent.name()}));
  const auto caller = std::this_thread::get_id();
  std::atomic<bool> on_caller{false};
  const StartRpc<ReadTxnResult> start = [&](EtcdClient::Done<ReadTxnResult> done) {
    client->read(reading("a"), Clock::now() - seconds(1),
                 [&, done = std::move(done)](RpcOutcome<ReadTxnResult> outcome) {
                   on_caller = std::this_thread::get_id() == caller;
                   done(std::move(outcome));
                 });
  };
  const auto outcome = block_on_rpc<ReadTxnResult>(start, in(seconds(5)));
  BOOST_REQUIRE(!outcome);
  BOOST_TEST((outcome.error().code == RpcErrc::unreachable));
  BOOST_TEST(!on_caller);
}

BOOST_FIXTURE_TEST_CASE(every_kind_of_call_ends_when_no_endpoint_answers, Dead) {
  const auto client = connect(connection({silent.name(), refusing.name()}));
  const auto soon = [] { return in(milliseconds(300)); };
  BOOST_TEST(!grant_lease_now(*client, seconds(5), soon()));
  BOOST_TEST(!keep_alive_now(*client, 1, soon()));
  BOOST_TEST(!revoke_lease_now(*client, 1, soon()));
  BOOST_TEST(!compact_now(*client, 1, soon()));
  BOOST_TEST(!alarms_now(*client, soon()));
  BOOST_TEST(!status_now(*client, 0, soon()));
  const auto beyond = status_now(*client, 2, soon());
  BOOST_REQUIRE(!beyond);
  BOOST_TEST((beyond.error().code == RpcErrc::invalid));
}

BOOST_FIXTURE_TEST_CASE(a_destroyed_client_answers_all_calls_once_and_at_once, Dead) {
  std::atomic<int> answers{0};
  constexpr int calls = 50;
  const auto begun = Clock::now();
  {
    const auto client = connect(connection({silent.name(), refusing.name()}, seconds(30)));
    for (int i = 0; i < calls; ++i) {
      client->read(reading("a"), in(seconds(60)), [&](auto) { ++answers; });
      client->write(putting("a", "1"), in(seconds(60)), [&](auto) { ++answers; });
      client->keep_alive(1, in(seconds(60)), [&](auto) { ++answers; });
    }
  }
  BOOST_TEST(answers == 3 * calls);
  BOOST_TEST((Clock::now() - begun < seconds(20)));
}

BOOST_FIXTURE_TEST_CASE(a_watch_that_is_not_made_in_time_ends, Dead) {
  const auto client = connect(connection({silent.name()}));
  WatchRecord record;
  Range range;
  range.key = bytes("a");
  const auto watch = client->watch(range, 1, record.handlers());
  BOOST_REQUIRE(record.wait([](const WatchRecord& now) { return now.ended_.has_value(); }));
  BOOST_TEST((record.ended_->code == RpcErrc::unreachable));
  BOOST_TEST(record.ends_ == 1);
  watch->request_progress();
}

BOOST_FIXTURE_TEST_CASE(a_watch_that_its_owner_has_destroyed_reports_nothing, Dead) {
  WatchRecord record;
  {
    const auto client = connect(connection({refusing.name()}));
    Range range;
    range.key = bytes("a");
    client->watch(range, 1, record.handlers()).reset();
    // The call outlives the watch's end on the client's thread.
    BOOST_TEST(!read_now(*client, reading("a"), in(milliseconds(300))));
  }
  BOOST_TEST(record.ends_ == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tacit::store::etcd
