// Bodies of audit entries: what is written reads as what was meant; and two readers of any body agree.
#include <boost/json/parse.hpp>

#include "crypto/text/utf8.hpp"
#include "store/audit/audit_form.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/verify/replay_entry.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

void read_body(std::string_view body) {
  const auto entry = store::read_replay_entry(body);
  const bool has_form = store::has_entry_form(body);
  const std::string_view time = store::audit_time(body);
  TACIT_HOLDS(store::recorded_heads(body).size() <= 64);
  boost::system::error_code error;
  const auto parsed = boost::json::parse(body, error);
  if (!entry) return;
  TACIT_HOLDS(!error && parsed.is_object());
  const auto& members = parsed.get_object();
  const auto* const action = members.if_contains("action");
  TACIT_HOLDS(action != nullptr && action->is_string() && action->get_string() == store::audit_action_text(body));
  // In a body of the form, no member comes twice, and the time is the first one.
  if (has_form && !time.empty() && time.find('\\') == std::string_view::npos) TACIT_HOLDS(entry->time == time);
}

void write_body(Input& in) {
  store::AuditEvent event;
  event.action = static_cast<store::AuditAction>(in.byte() % 8U);
  event.tenant = crypto::Uuid{in.array<std::array<std::uint8_t, 16>>()};
  for (std::size_t left = in.byte() % 4U; left > 0; --left) {
    event.secrets.push_back(crypto::Uuid{in.array<std::array<std::uint8_t, 16>>()});
    event.rows.push_back(in.array<crypto::Digest>());
    event.versions.push_back(in.number<std::uint32_t>());
  }
  if (in.flag()) event.change = in.number<std::uint64_t>();
  if (in.flag()) event.moved.push_back({.tenant = *event.tenant, .secret = {}, .before = in.array<crypto::Digest>()});
  event.tool = in.text();
  event.reason = in.text();
  store::AuditContext who{
      .plane = "tools", .actor = std::string(in.text()), .peer = "192.0.2.1:7", .request_id = std::string(in.text())};
  who.on_behalf_of = in.text();
  const std::string body = store::audit_body(event, who, in.number<std::uint32_t>(), store::AuditMembers::shared);
  TACIT_HOLDS(store::has_entry_form(body) && body.size() <= store::audit_bytes(event, who));
  const auto entry = store::read_replay_entry(body);
  TACIT_HOLDS(entry && entry->action == event.action && entry->tenant == event.tenant &&
              entry->secrets == event.secrets);
  TACIT_HOLDS(entry->change == event.change && entry->moved.size() == event.moved.size());
  if (!event.secrets.empty()) TACIT_HOLDS(entry->rows == event.rows && entry->versions == event.versions);
  if (crypto::is_utf8(event.reason)) TACIT_HOLDS(entry->reason == event.reason);
}

Description describe() {
  const std::string body = R"({"time":"2026-01-01T00:00:00.000000Z","plane":"api",)"
                           R"("actor":"api-key:abcdefghijk","action":"secret.create","outcome":"ok",)"
                           R"("tenant":"6ba7b810-9dad-11d1-80b4-00c04fd430c8",)"
                           R"("secrets":["6ba7b810-9dad-11d1-80b4-00c04fd430c9"],)"
                           R"("rows":["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],"versions":[1]})";
  const std::string heads = R"({"time":"2026-01-01T00:00:00.000000Z","plane":"operator","actor":"operator:ann",)"
                            R"("action":"audit.heads","outcome":"ok","heads":["api-1:7:)" +
                            std::string(64, 'a') + "\"]}";
  return {.max_size = 2048,
          .seeds = {Seed().byte(0).rest(body), Seed().byte(0).rest(heads),
                    Seed()
                        .byte(1)
                        .byte(2)
                        .rest(std::string(16, 't'))
                        .byte(1)
                        .rest(std::string(52, 's'))
                        .byte(1)
                        .number(std::uint64_t{3})
                        .byte(0)
                        .text("tool")
                        .text("a \"reason\"")
                        .text("cn:x")
                        .text("id")},
          .words = {"\"time\":\"", "\"plane\":\"api\",", "\"action\":\"", "\"moved\":[\"", "\"tenant_key\":\"",
                    "\"change\":", "\\u0061", "\"versions\":[", "{", "}"}};
}

void take(std::string_view input) {
  Input in(input);
  if (in.flag()) return write_body(in);
  read_body(in.rest());
}

const Target target("audit_body", describe, take);

}  // namespace
}  // namespace tacit::fuzz
