#include "server/commands/status_etcd.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>
#include <utility>

#include "crypto/certificates/certificates.hpp"
#include "http/log/printable.hpp"
#include "server/cli/quantities.hpp"
#include "server/config/errors.hpp"
#include "server/control/etcd_answer.hpp"
#include "server/wiring/etcd_look.hpp"
#include "server/wiring/etcd_options.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

constexpr std::int64_t day = 86400;

std::uint64_t number(const json::object& object, const char* name) {
  const json::value* const found = object.if_contains(name);
  boost::system::error_code error;
  const auto value = found != nullptr ? found->to_number<std::uint64_t>(error) : 0;
  return error ? 0 : value;
}

bool is_true(const json::object& object, const char* name) {
  const json::value* const found = object.if_contains(name);
  return found != nullptr && found->is_bool() && found->get_bool();
}

std::string text(const json::object& object, const char* name) {
  const json::value* const found = object.if_contains(name);
  return found != nullptr && found->is_string() ? http::printable(found->get_string()) : std::string();
}

const json::array& list(const json::object& object, const char* name) {
  static const json::array none;
  const json::value* const found = object.if_contains(name);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

void add(std::string& text, const std::string& part) { text.append(text.empty() ? "" : "; ").append(part); }

/// The members as the first state has them.
struct MemberCount {
  std::size_t all = 0;
  std::size_t reachable = 0;
  std::string gone;
};

MemberCount count_members(const json::object& state) {
  MemberCount count;
  for (const json::value& one : list(state, "members")) {
    if (!one.is_object()) continue;
    ++count.all;
    if (is_true(one.get_object(), "reachable")) {
      ++count.reachable;
    } else {
      count.gone.append(count.gone.empty() ? "" : ", ").append(text(one.get_object(), "endpoint"));
    }
  }
  return count;
}

std::uint64_t most(const std::vector<json::object>& states, const char* name) {
  std::uint64_t result = 0;
  for (const json::object& state : states) result = std::max(result, number(state, name));
  return result;
}

std::uint64_t sum(const std::vector<json::object>& states, const char* name) {
  std::uint64_t result = 0;
  for (const json::object& state : states) result += number(state, name);
  return result;
}

/// In the order of their names, without repeats.
std::string slots_of(const std::vector<json::object>& states) {
  std::set<std::string> slots;
  for (const json::object& state : states) slots.insert(text(state, "slot"));
  slots.erase("");
  std::string all;
  for (const std::string& slot : slots) all.append(all.empty() ? "" : ", ").append(slot);
  return all;
}

std::string alarms_of(const std::vector<json::object>& states) {
  std::set<std::string> alarms;
  for (const json::object& state : states) {
    for (const json::value& one : list(state, "alarms")) {
      if (one.is_string()) alarms.insert(http::printable(one.get_string()));
    }
  }
  std::string all;
  for (const std::string& alarm : alarms) all.append(all.empty() ? "" : ", ").append(alarm);
  return all;
}

}  // namespace

std::vector<json::object> etcd_states(const std::vector<FoundServer>& servers) {
  std::vector<json::object> states;
  for (const FoundServer& server : servers) {
    const json::value* const found = server.state.if_contains("etcd");
    if (found != nullptr && found->is_object()) states.push_back(found->get_object());
  }
  return states;
}

StatusLine etcd_status(const std::vector<json::object>& states) {
  StatusLine line{"etcd", true, {}, {}};
  if (states.empty()) return {"etcd", false, "could not be asked", {}};
  const bool has_quorum =
      std::all_of(states.begin(), states.end(), [](const json::object& one) { return is_true(one, "has_quorum"); });
  const MemberCount members = count_members(states.front());
  const std::uint64_t lag = most(states, "revision_lag");
  const std::uint64_t watch = most(states, "watch_lag_ms");
  const std::string alarms = alarms_of(states);
  const std::string leader = text(states.front(), "leader");
  add(line.text, !has_quorum      ? "no quorum: changes and releases are 503"
                 : leader.empty() ? "has a leader"
                                  : "leader " + leader);
  add(line.text, std::to_string(members.reachable) + " of " + counted(members.all, "member") + " answer" +
                     (members.gone.empty() ? "" : ", not " + members.gone));
  if (!alarms.empty()) add(line.text, "alarm " + alarms + ": changes are refused");
  add(line.text, "the slowest is " + counted(lag, "revision") + " behind");
  add(line.text, "watch " + std::to_string(watch) + " ms behind");
  if (const std::string slots = slots_of(states); !slots.empty()) add(line.text, "audit slots " + slots);
  line.good = has_quorum && members.gone.empty() && alarms.empty() && lag < lag_attention_revisions &&
              watch < static_cast<std::uint64_t>(watch_attention_ms);
  line.details = {{"has_quorum", has_quorum},
                  {"members", members.all},
                  {"members_reachable", members.reachable},
                  {"revision", most(states, "revision")},
                  {"revision_lag", lag},
                  {"watch_lag_ms", watch}};
  return line;
}

StatusLine etcd_commit_status(const std::vector<json::object>& states) {
  StatusLine line{"etcd transactions", true, {}, {}};
  const std::uint64_t in_doubt = sum(states, "in_doubt");
  const std::uint64_t settled = sum(states, "settled_applied") + sum(states, "settled_not_applied");
  const std::uint64_t open = in_doubt - std::min(in_doubt, settled);
  line.good = open == 0;
  line.text = std::to_string(sum(states, "commits")) + " applied, " + std::to_string(sum(states, "conflicts")) +
              " repeated after a conflict, " + std::to_string(in_doubt) + " were in doubt";
  if (open > 0) line.text.append(", ").append(std::to_string(open)).append(" still are");
  line.details = {{"commits", sum(states, "commits")},
                  {"conflicts", sum(states, "conflicts")},
                  {"in_doubt", in_doubt},
                  {"settled", settled}};
  return line;
}

StatusLine etcd_size_status(const std::vector<json::object>& states) {
  const std::uint64_t quota = most(states, "database_quota_bytes");
  const std::uint64_t used = most(states, "database_in_use_bytes");
  const std::uint64_t bytes = most(states, "database_bytes");
  if (quota == 0 || bytes == 0) return {"etcd database", false, "its size could not be read", {}};
  const auto percent = static_cast<std::uint64_t>(static_cast<__uint128_t>(used) * 100 / quota);
  StatusLine line{"etcd database", percent < etcd_attention_percent, {}, {}};
  line.text = std::to_string(percent) + " % of " + short_size_text(quota) + " in use, file " + short_size_text(bytes);
  line.details = {{"bytes", bytes}, {"in_use_bytes", used}, {"quota_bytes", quota}};
  return line;
}

std::optional<StatusLine> etcd_certificate_status(const Config& config, std::int64_t now) {
  if (config.etcd_certificate.empty()) return std::nullopt;
  StatusLine line{"etcd certificate", true, {}, {}};
  const auto expiry = etcd_certificate_expiry(config);
  if (!expiry) {
    line.good = false;
    line.text = "could not be read: " + http::printable(config.etcd_certificate.string());
    return line;
  }
  const std::int64_t days = (*expiry - now) / day;
  line.good = days >= certificate_attention_days;
  const std::string date = crypto::text_of_time(*expiry).substr(0, sizeof "2026-01-31" - 1);
  line.text =
      *expiry <= now ? "expired on " + date : counted(static_cast<std::uint64_t>(days), "day") + " left, until " + date;
  line.details = {{"expires", crypto::text_of_time(*expiry)}, {"days_left", days}};
  return line;
}

std::string ask_etcd_state(const Config& config, std::chrono::milliseconds patience) {
  try {
    const store::EtcdConnection connection = etcd_connection(config, EtcdIdentity::command);
    become_etcd_user(config);
    const auto each = patience / static_cast<std::int64_t>(connection.endpoints.size() + 1);
    const EtcdLook look = look_at_etcd(connection, each);
    return look.trouble.empty() ? json::serialize(to_json(figures_of(look, config.etcd_quota))) : std::string();
  } catch (const UsageError&) {
    return {};  // check-config says what is wrong
  }
}

std::vector<json::object> read_etcd_state(const std::string& text) {
  boost::system::error_code error;
  json::value parsed = json::parse(text, error);
  if (error || !parsed.is_object()) return {};
  return {std::move(parsed.get_object())};
}

}  // namespace tacit::server
