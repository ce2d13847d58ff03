// etcd's answers as they come from the network: what the client makes of them keeps the rows, and is bounded.
#include "store/etcd/rpc/conversions.hpp"
#include "store/etcd/rpc/rpc_error.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

using namespace store::etcd;

void check_text(const std::string& text) {
  TACIT_HOLDS(text.size() <= 203);
  TACIT_HOLDS(std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }));
}

void check_read(std::string_view bytes, std::size_t asked, std::int64_t revision) {
  etcdserverpb::TxnResponse response;
  if (!response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  const WriteTxnResult written = to_write_result(response);
  TACIT_HOLDS(written.applied == response.succeeded());
  const etcdserverpb::TxnResponse copy = response;
  const auto result = to_read_result(std::move(response), asked, revision);
  if (!result) return check_text(result.error().text);
  TACIT_HOLDS(result->ranges.size() == asked && result->revision != 0);
  for (int i = 0; i < copy.responses_size(); ++i) {
    const auto& range = copy.responses(i).response_range();
    const auto& rows = result->ranges[static_cast<std::size_t>(i)].rows;
    TACIT_HOLDS(rows.size() == static_cast<std::size_t>(range.kvs_size()));
    for (int row = 0; row < range.kvs_size(); ++row) {
      TACIT_HOLDS(crypto::as_text(rows[static_cast<std::size_t>(row)].key) == range.kvs(row).key());
      TACIT_HOLDS(crypto::as_text(rows[static_cast<std::size_t>(row)].value) == range.kvs(row).value());
    }
  }
}

void check_watch(std::string_view bytes) {
  etcdserverpb::WatchResponse response;
  if (!response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  check_text(printable_text(response.cancel_reason()));
  for (etcdserverpb::Event& event : *response.mutable_events()) {
    const bool put = event.type() == etcdserverpb::Event::PUT;
    const WatchEvent made = to_event(std::move(event));
    TACIT_HOLDS(made.value.has_value() == put);
  }
}

void check_maintenance(std::string_view bytes) {
  etcdserverpb::StatusResponse status;
  if (status.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    const Status made = to_status(status, "endpoint");
    check_text(made.version);
    for (const std::string& error : made.errors) check_text(error);
  }
  etcdserverpb::AlarmResponse alarms;
  if (alarms.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) to_alarms(alarms);
  etcdserverpb::LeaseGrantResponse lease;
  if (lease.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) check_text(printable_text(lease.error()));
}

void check_failure(Input& in) {
  const auto code = static_cast<GrpcCode>(in.byte() % 17U);
  const auto repeat = in.flag() ? Repeat::allowed : Repeat::never;
  const RpcVerdict verdict = judge_failure(code, in.rest(), repeat, "endpoint");
  TACIT_HOLDS(!verdict.failure.text.empty() && verdict.failure.text.size() < 1024);
}

Description describe() {
  etcdserverpb::TxnResponse read;
  read.mutable_header()->set_revision(7);
  etcdserverpb::KeyValue& row = *read.add_responses()->mutable_response_range()->add_kvs();
  row.set_key("tacit/name/k1");
  row.set_value("value");
  row.set_mod_revision(5);
  etcdserverpb::WatchResponse watch;
  *watch.add_events()->mutable_kv() = row;
  watch.add_events()->set_type(etcdserverpb::Event::DELETE);
  watch.set_cancel_reason("etcdserver: mvcc: required revision has been compacted");
  etcdserverpb::StatusResponse status;
  status.set_version("3.5.16");
  status.add_errors("NOSPACE");
  return {.max_size = 1024,
          .seeds = {Seed().byte(0).byte(1).byte(0).rest(read.SerializeAsString()),
                    Seed().byte(1).rest(watch.SerializeAsString()), Seed().byte(2).rest(status.SerializeAsString()),
                    Seed().byte(3).byte(14).byte(0).rest("etcdserver: no leader"),
                    Seed().byte(3).byte(8).byte(0).rest("etcdserver: mvcc: database space exceeded")},
          .words = {"etcdserver: ", "mvcc: ", "required revision has been compacted", "requested lease not found",
                    "permission denied", "request is too large", "too many operations in txn request", "no leader"}};
}

void take(std::string_view input) {
  Input in(input);
  const unsigned kind = in.byte() % 4U;
  if (kind == 3) return check_failure(in);
  if (kind == 2) return check_maintenance(in.rest());
  if (kind == 1) return check_watch(in.rest());
  const std::size_t asked = in.byte() % 4U;
  const std::int64_t revision = in.byte();
  check_read(in.rest(), asked, revision);
}

const Target target("etcd_messages", describe, take);

}  // namespace
}  // namespace tacit::fuzz
