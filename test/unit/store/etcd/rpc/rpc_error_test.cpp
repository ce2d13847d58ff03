#include "store/etcd/rpc/rpc_error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace tacit::store::etcd {
namespace {

RpcVerdict of_write(GrpcCode code, const std::string& text) { return judge_failure(code, text, Repeat::never, "n:1"); }
RpcVerdict of_read(GrpcCode code, const std::string& text) { return judge_failure(code, text, Repeat::allowed, "n:1"); }

struct Answer {
  GrpcCode code;
  const char* text;
  RpcErrc expected;
};

BOOST_AUTO_TEST_SUITE(rpc_error)

BOOST_AUTO_TEST_CASE(an_answer_of_etcd_that_says_what_is_wrong_is_final_for_reads_and_writes) {
  const Answer answers[] = {
      {GrpcCode::out_of_range, "etcdserver: mvcc: required revision has been compacted", RpcErrc::compacted},
      {GrpcCode::resource_exhausted, "etcdserver: mvcc: database space exceeded", RpcErrc::no_room},
      {GrpcCode::invalid_argument, "etcdserver: too many operations in txn request", RpcErrc::too_large},
      {GrpcCode::invalid_argument, "etcdserver: request is too large", RpcErrc::too_large},
      {GrpcCode::resource_exhausted, "trying to send message larger than max (3 vs. 2)", RpcErrc::too_large},
      {GrpcCode::permission_denied, "etcdserver: permission denied", RpcErrc::refused},
      {GrpcCode::unauthenticated, "etcdserver: invalid auth token", RpcErrc::refused},
      {GrpcCode::invalid_argument, "etcdserver: user name is empty", RpcErrc::refused},
      {GrpcCode::failed_precondition, "etcdserver: user name not found", RpcErrc::refused},
      {GrpcCode::not_found, "etcdserver: requested lease not found", RpcErrc::lease_gone},
      {GrpcCode::data_loss, "etcdserver: corrupt cluster", RpcErrc::corrupt},
      {GrpcCode::invalid_argument, "etcdserver: duplicate key given in txn request", RpcErrc::invalid},
      {GrpcCode::unimplemented, "unknown service", RpcErrc::invalid},
  };
  for (const Answer& answer : answers) {
    for (const RpcVerdict& verdict : {of_write(answer.code, answer.text), of_read(answer.code, answer.text)}) {
      BOOST_TEST_CONTEXT(answer.text) {
        BOOST_TEST((verdict.failure.code == answer.expected));
        BOOST_TEST(!verdict.elsewhere);
        BOOST_TEST(!verdict.endpoint_failed);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_write_that_may_have_been_applied_is_in_doubt_and_is_not_repeated) {
  const Answer answers[] = {
      {GrpcCode::unavailable, "etcdserver: no leader", RpcErrc::in_doubt},
      {GrpcCode::unavailable, "etcdserver: request timed out", RpcErrc::in_doubt},
      {GrpcCode::unavailable, "etcdserver: request timed out, possibly due to connection lost", RpcErrc::in_doubt},
      {GrpcCode::unavailable, "etcdserver: leader changed", RpcErrc::in_doubt},
      {GrpcCode::unavailable, "etcdserver: server stopped", RpcErrc::in_doubt},
      {GrpcCode::unavailable, "Socket closed", RpcErrc::in_doubt},
      {GrpcCode::deadline_exceeded, "Deadline Exceeded", RpcErrc::in_doubt},
      {GrpcCode::cancelled, "CANCELLED", RpcErrc::in_doubt},
      {GrpcCode::unknown, "raft proposal dropped", RpcErrc::in_doubt},
      {GrpcCode::internal, "RST_STREAM", RpcErrc::in_doubt},
  };
  for (const Answer& answer : answers) {
    BOOST_TEST_CONTEXT(answer.text) {
      const RpcVerdict verdict = of_write(answer.code, answer.text);
      BOOST_TEST((verdict.failure.code == RpcErrc::in_doubt));
      BOOST_TEST(!verdict.elsewhere);
      BOOST_TEST(verdict.endpoint_failed);
      const RpcVerdict read = of_read(answer.code, answer.text);
      BOOST_TEST((read.failure.code == RpcErrc::unreachable));
      BOOST_TEST(read.elsewhere);
      BOOST_TEST(read.endpoint_failed);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_write_that_was_refused_before_it_was_proposed_goes_to_the_next_endpoint) {
  for (const char* text : {"etcdserver: rpc not supported for learner", "etcdserver: too many requests"}) {
    const RpcVerdict verdict = of_write(GrpcCode::unavailable, text);
    BOOST_TEST((verdict.failure.code == RpcErrc::unreachable));
    BOOST_TEST(verdict.elsewhere);
  }
}

BOOST_AUTO_TEST_CASE(a_member_that_is_behind_a_pinned_revision_is_not_avoided) {
  const RpcVerdict verdict =
      of_read(GrpcCode::out_of_range, "etcdserver: mvcc: required revision is a future revision");
  BOOST_TEST(verdict.behind);
  BOOST_TEST(verdict.elsewhere);
  BOOST_TEST(!verdict.endpoint_failed);
}

BOOST_AUTO_TEST_CASE(a_write_whose_answer_is_too_large_for_this_side_is_in_doubt) {
  const char* text = "CLIENT: Received message larger than max (3 vs. 2)";
  BOOST_TEST((of_write(GrpcCode::resource_exhausted, text).failure.code == RpcErrc::in_doubt));
  BOOST_TEST((of_read(GrpcCode::resource_exhausted, text).failure.code == RpcErrc::too_large));
}

BOOST_AUTO_TEST_CASE(a_text_that_does_not_come_from_etcd_settles_no_doubt) {
  const RpcVerdict verdict = of_write(GrpcCode::unavailable, "proxy: permission denied");
  BOOST_TEST((verdict.failure.code == RpcErrc::in_doubt));
}

BOOST_AUTO_TEST_CASE(a_failure_names_the_endpoint_and_words_what_grpc_says) {
  BOOST_TEST(of_read(GrpcCode::unavailable, "failed to connect to all addresses; Connection refused").failure.text ==
             "n:1: refuses connections");
  BOOST_TEST(of_read(GrpcCode::permission_denied, "etcdserver: permission denied").failure.text ==
             "n:1: etcdserver: permission denied");
  const RpcVerdict handshake = of_read(GrpcCode::unavailable, "Ssl handshake failed: SSL_ERROR_SSL");
  BOOST_TEST((handshake.failure.code == RpcErrc::refused));
  BOOST_TEST(handshake.elsewhere);
}

BOOST_AUTO_TEST_CASE(a_server_s_text_is_bounded_and_has_no_control_bytes) {
  const std::string shown = printable_text("a\nb\x1b[0m" + std::string(1000, 'x'));
  BOOST_TEST(shown.size() == 200U);
  BOOST_TEST(shown.substr(0, 7) == "a?b?[0m");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tacit::store::etcd
