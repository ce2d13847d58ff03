// `tacit export`: all data of a tenant as JSON lines, sealed as stored.
//
// Each line is one object with "type", in this order; boxes and headers are base64url without padding.
//   export   version (3; 2 and 1 of versions without the store formats 5 and 3), user_id, exported_at, program
//   tenant   record: the tenant's record with its key pair and certificate, during a rekey also the previous pair, the
//            private halves sealed (store/rows/tenant_record.hpp); of format 3 or older
//   secret   secret_id, created_at, updated_at, value_version, header, value_box, metadata_box
//            (store/rows/secret_row.hpp); of format 3, or of older ones
//   previous_value
//            secret_id, number, header, value_box, metadata_box (store/rows/version_row.hpp)
//   uses     secret_id, row: what became of the secret's releases, sealed (store/rows/uses_row.hpp)
//   api_key  id, name, scopes, created_at, expires_at, revoked_at, last_used_at; never the key or its hash
//   end      secrets, previous_values, api_keys: their counts; an export without this line is incomplete
// Idempotency keys, which lapse within a day, are not exported.
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <optional>
#include <string>

#include "auth/model/scope_names.hpp"
#include "crypto/text/base64.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/patient_output.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "server/wiring/open_store.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/version_row.hpp"
#include "store/tenants/tenants.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

constexpr std::size_t flush_size = std::size_t{64} << 10;

json::string encoded(crypto::ByteView bytes) {
  const crypto::WipedBytes text = crypto::base64url_encode(bytes);
  return json::string(text.text().data(), text.text().size());
}

json::value instant(std::optional<std::int64_t> at) { return at ? json::value(store::rfc3339(*at)) : json::value(); }

class Lines {
 public:
  explicit Lines(PatientOutput& output) : output_(output) {}
  bool begin(const crypto::Uuid& tenant) {
    json::object line;
    line["type"] = "export";
    line["version"] = 3;
    line["user_id"] = tenant.str();
    line["exported_at"] = store::rfc3339(store::now_microseconds());
    line["program"] = "tacit " TACIT_VERSION;
    return print(line);
  }
  bool record(crypto::ByteView record) {
    json::object line;
    line["type"] = "tenant";
    line["record"] = encoded(record);
    return print(line);
  }
  bool secret(const crypto::Uuid& id, const store::SecretRow& row) {
    ++secrets_;
    json::object line;
    line["type"] = "secret";
    line["secret_id"] = id.str();
    line["created_at"] = instant(row.header.created_at);
    line["updated_at"] = instant(row.header.updated_at);
    line["value_version"] = row.header.value_version;
    line["header"] = encoded(row.header_bytes);
    line["value_box"] = encoded(row.value_box);
    line["metadata_box"] = encoded(row.metadata_box);
    return print(line);
  }
  bool previous_value(const crypto::Uuid& id, const store::VersionRow& row) {
    ++previous_values_;
    json::object line;
    line["type"] = "previous_value";
    line["secret_id"] = id.str();
    line["number"] = row.header.number;
    line["header"] = encoded(row.header_bytes);
    line["value_box"] = encoded(row.value_box);
    line["metadata_box"] = encoded(row.metadata_box);
    return print(line);
  }
  bool uses(const crypto::Uuid& id, crypto::ByteView row) {
    json::object line;
    line["type"] = "uses";
    line["secret_id"] = id.str();
    line["row"] = encoded(row);
    return print(line);
  }
  bool api_key(const store::ApiKey& api_key) {
    ++api_keys_;
    json::object line;
    line["type"] = "api_key";
    line["id"] = api_key.id;
    line["name"] = api_key.name;
    json::array scopes;
    for (const auto name : auth::scope_names(api_key.scopes)) scopes.emplace_back(json::string_view(name));
    line["scopes"] = std::move(scopes);
    line["created_at"] = instant(api_key.created_at);
    line["expires_at"] = instant(api_key.expires_at);
    line["revoked_at"] = instant(api_key.revoked_at);
    line["last_used_at"] = instant(api_key.last_used_at);
    return print(line);
  }
  bool end() {
    json::object line;
    line["type"] = "end";
    line["secrets"] = secrets_;
    line["previous_values"] = previous_values_;
    line["api_keys"] = api_keys_;
    return print(line) && flush();
  }

 private:
  bool print(const json::object& line) {
    pending_ += json::serialize(line);
    pending_ += '\n';
    return pending_.size() < flush_size || flush();
  }
  bool flush() {
    const bool written = output_.write(crypto::as_bytes(pending_));
    pending_.clear();
    return written;
  }

  PatientOutput& output_;
  std::string pending_;
  std::uint64_t secrets_ = 0;
  std::uint64_t previous_values_ = 0;
  std::uint64_t api_keys_ = 0;
};

}  // namespace

int export_command(const Config& config, const Arguments& arguments) {
  const auto tenant = read_argument(arguments, "tenant", read_uuid);
  PatientOutput output(STDOUT_FILENO, stall_timeout(arguments));
  const auto store = open_store(config, KeyNeeds{});
  const std::string what = "cannot export the tenant " + tenant.str();
  const auto known = run(store->tenants().quota(tenant, operator_context()));
  if (!known) fail(what, known.error());
  store::AuditEvent event;
  event.action = store::AuditAction::tenant_export;
  event.tenant = tenant;
  value_or_fail(run(store->audit().record(std::move(event), operator_context())), what);
  Lines lines(output);
  store::TenantSink sink;
  sink.record = [&](crypto::ByteView record) { return lines.begin(tenant) && lines.record(record); };
  sink.secret = [&](const crypto::Uuid& id, const store::SecretRow& row) { return lines.secret(id, row); };
  sink.previous_value = [&](const crypto::Uuid& id, const store::VersionRow& row) {
    return lines.previous_value(id, row);
  };
  sink.uses = [&](const crypto::Uuid& id, crypto::ByteView row) { return lines.uses(id, row); };
  sink.api_key = [&](const store::ApiKey& key) { return lines.api_key(key); };
  const bool whole = value_or_fail(store->tenants().export_rows(tenant, sink), what);
  const bool written = whole && lines.end();
  output.fail_if_stalled();
  if (!written) throw CommandFailed("the output could not be written");
  return exit_ok;
}

}  // namespace tacit::server
