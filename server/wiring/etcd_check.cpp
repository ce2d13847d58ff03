#include "server/wiring/etcd_check.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <set>
#include <tuple>

#include "server/config/store_location.hpp"
#include "server/wiring/etcd_options.hpp"

namespace tacit::server {
namespace {

using crypto::Bytes;
using store::AuditSlot;
using store::SlotOwner;
using store::etcd::Change;
using store::etcd::Compare;
using store::etcd::Delete;
using store::etcd::EtcdClient;
using store::etcd::Put;
using store::etcd::RpcErrc;
using store::etcd::RpcOutcome;
using store::etcd::WriteTxn;
using store::etcd::WriteTxnResult;

constexpr std::chrono::seconds patience{3};
/// A slot that no process takes before 4094 others of its owner are in use.
constexpr std::uint16_t last_slot = store::slots_of_owner - 1;

Bytes key_of(std::string_view store_name, char letter) {
  const std::string text = "tacit/" + std::string(store_name) + "/" + letter;
  return {text.begin(), text.end()};
}

Bytes slot_key(std::string_view store_name, char letter, AuditSlot slot) {
  Bytes key = key_of(store_name, letter);
  key.push_back(static_cast<std::uint8_t>(slot.number >> 8U));
  key.push_back(static_cast<std::uint8_t>(slot.number & 0xFFU));
  return key;
}

/// A comparison that no row fulfils, of a row in a range that every identity may read.
Compare never(std::string_view store_name) {
  Compare compare;
  compare.key = key_of(store_name, 'm');
  compare.number = std::numeric_limits<std::int64_t>::max();
  return compare;
}

RpcOutcome<WriteTxnResult> send(EtcdClient& client, const WriteTxn& txn) {
  return answer_of<WriteTxnResult>([&](EtcdClient::Done<WriteTxnResult> done) {
    client.write(txn, store::etcd::Clock::now() + patience, std::move(done));
  });
}

Put put(Bytes key) {
  Put change;
  change.key = std::move(key);
  return change;
}

const char* name_of(SlotOwner owner) {
  switch (owner) {
    case SlotOwner::api:
      return "the API plane's";
    case SlotOwner::tools:
      return "the tool plane's";
    case SlotOwner::operators:
      return "the operators'";
  }
  return "";
}

void add_slots(std::vector<RoleProbe>& probes, std::string_view store_name, SlotOwner owner, bool permitted) {
  const AuditSlot slot = slot_of(owner, last_slot);
  const std::string whose = name_of(owner);
  probes.push_back({"heads of " + whose + " audit slots", put(slot_key(store_name, 'h', slot)), permitted});
  probes.push_back({"entries of " + whose + " audit slots", put(slot_key(store_name, 'a', slot)), permitted});
  if (permitted) probes.push_back({"leases of " + whose + " audit slots", put(slot_key(store_name, 'w', slot)), true});
}

std::vector<int> numbers_in(std::string_view version) {
  std::vector<int> numbers;
  for (std::size_t at = 0; at < version.size() && numbers.size() < 3;) {
    int number = 0;
    const auto [end, error] = std::from_chars(version.data() + at, version.data() + version.size(), number);
    if (error != std::errc()) break;
    numbers.push_back(number);
    at = static_cast<std::size_t>(end - version.data());
    if (at < version.size() && version[at] != '.') break;
    ++at;
  }
  return numbers;
}

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20U) + " MiB"; }

void judge_quota(const EtcdLook& look, const Config& config, EtcdFindings& findings) {
  bool untold = false;
  for (const EndpointLook& one : look.endpoints) {
    if (!one.status) continue;
    untold = untold || one.status->quota == 0;
    if (one.status->quota == 0 || one.status->quota == config.etcd_quota) continue;
    findings.notes.push_back("etcd-quota is " + mebibytes(config.etcd_quota) + ", but " + one.endpoint + " has " +
                             mebibytes(one.status->quota) + " (--quota-backend-bytes), which counts");
  }
  if (!untold) return;
  findings.notes.push_back("etcd-quota, " + mebibytes(config.etcd_quota) +
                           ", cannot be compared: etcd before 3.6 does not report its quota. It must be the "
                           "--quota-backend-bytes of its servers");
}

void judge_alarms(const EtcdLook& look, EtcdFindings& findings) {
  if (look.has_alarm("NOSPACE")) {
    findings.problems.emplace_back(
        "etcd has the alarm NOSPACE and refuses changes: compact it, defragment each member, then etcdctl alarm "
        "disarm");
  }
  if (look.has_alarm("CORRUPT")) {
    findings.problems.emplace_back(
        "etcd has the alarm CORRUPT: the data of its members differ, and it refuses changes; replace the member that "
        "is wrong");
  }
}

}  // namespace

bool is_too_old(std::string_view version) {
  const std::vector<int> numbers = numbers_in(version);
  if (numbers.size() < 3) return true;
  return std::tuple(numbers[0], numbers[1], numbers[2]) < std::tuple(3, 5, 14);
}

void judge_look(const EtcdLook& look, const Config& config, EtcdFindings& findings) {
  if (!look.trouble.empty()) return findings.problems.push_back("store: " + look.trouble);
  std::size_t reached = 0;
  std::set<std::uint64_t> leaders;
  for (const EndpointLook& one : look.endpoints) {
    if (!one.status) {
      findings.notes.push_back("store: " + one.endpoint + " does not answer: " + one.trouble);
      continue;
    }
    ++reached;
    if (one.status->leader != 0) leaders.insert(one.status->leader);
    if (is_too_old(one.status->version)) {
      findings.problems.push_back("store: " + one.endpoint + " is etcd " + one.status->version +
                                  "; 3.5.14 or later is needed, because members of earlier ones can drift apart");
    }
    if (one.status->is_learner) {
      findings.notes.push_back("store: " + one.endpoint + " is a learner, which answers no request of Tacit");
    }
  }
  if (reached == 0) {
    for (std::string& note : findings.notes) findings.problems.push_back(std::move(note));
    findings.notes.clear();
    return;
  }
  if (leaders.empty()) {
    findings.problems.emplace_back("store: etcd has no leader: fewer than half of its members can reach each other");
  }
  if (leaders.size() > 1) {
    findings.notes.emplace_back(
        "store: the endpoints name different leaders: they are of different clusters, or a leader was just elected");
  }
  judge_alarms(look, findings);
  judge_quota(look, config, findings);
}

std::vector<RoleProbe> role_probes(std::string_view store_name, SlotOwner owner, bool both_planes) {
  std::vector<RoleProbe> probes;
  const auto may = [&](char letter, const char* what, bool permitted = true) {
    probes.push_back({what, put(key_of(store_name, letter)), permitted});
  };
  const bool as_api = owner == SlotOwner::api || owner == SlotOwner::operators;
  const bool as_tools = owner != SlotOwner::api || both_planes;
  add_slots(probes, store_name, owner, true);
  if (as_api) may('t', "tenants' records and secrets");
  if (as_api) may('k', "API keys");
  if (as_tools) may('p', "key pairs for new tenants");
  if (owner == SlotOwner::api) {
    Delete pair;
    pair.key = key_of(store_name, 'p');
    probes.push_back({"the removal of key pairs for new tenants", std::move(pair), true});
  }
  if (owner == SlotOwner::operators) {
    may('m', "the store's metadata");
    return probes;
  }
  may('m', "the store's metadata", false);
  add_slots(probes, store_name, SlotOwner::operators, false);
  if (both_planes) return probes;
  add_slots(probes, store_name, owner == SlotOwner::api ? SlotOwner::tools : SlotOwner::api, false);
  if (owner == SlotOwner::tools) may('k', "API keys", false);
  if (owner == SlotOwner::tools) may('t', "tenants' records and secrets", false);
  return probes;
}

void check_roles(EtcdClient& client, std::string_view store_name, const std::vector<RoleProbe>& probes,
                 EtcdFindings& findings) {
  std::string refused;
  std::string open;
  for (const RoleProbe& probe : probes) {
    WriteTxn txn;
    txn.compares.push_back(never(store_name));
    txn.changes.push_back(probe.change);
    const auto tried = send(client, txn);
    if (tried && !probe.permitted) open.append(open.empty() ? "" : ", ").append(probe.what);
    if (tried || (tried.error().code == RpcErrc::refused && !probe.permitted)) continue;
    if (tried.error().code != RpcErrc::refused) {
      findings.notes.push_back("store: the roles of etcd could not be checked: " + tried.error().text);
      return;
    }
    refused.append(refused.empty() ? "" : ", ").append(probe.what);
  }
  if (!refused.empty()) {
    findings.problems.push_back("store: etcd does not let this identity write " + refused +
                                ": make its role with conf/etcd/roles.sh");
  }
  if (!open.empty()) {
    findings.notes.push_back(
        "store: etcd lets this identity write more than it needs: " + open +
        ". Make its role with conf/etcd/roles.sh, and enable authentication (etcdctl auth enable)");
  }
}

void check_txn_ops(EtcdClient& client, std::string_view store_name, std::size_t operations, EtcdFindings& findings) {
  WriteTxn txn;
  txn.compares.assign(operations, never(store_name));
  const auto tried = send(client, txn);
  if (tried || tried.error().code != RpcErrc::too_large) return;
  findings.problems.push_back(
      "etcd-max-txn-ops is " + std::to_string(operations) + ", but " + client.current_endpoint() +
      " takes fewer operations in a transaction: start it with --max-txn-ops=" + std::to_string(operations) +
      ", or lower the setting");
}

EtcdFindings check_etcd(const Config& config) {
  EtcdFindings findings;
  const store::EtcdConnection connection = etcd_connection(config, EtcdIdentity::server);
  const std::string name = etcd_location(config)->name;
  const auto client = EtcdClient::create(connection);
  if (!client) {
    findings.problems.push_back("store: " + client.error().text);
    return findings;
  }
  const EtcdLook look = look_at_etcd(**client, patience);
  judge_look(look, config, findings);
  if (!findings.problems.empty()) return findings;
  check_roles(**client, name, role_probes(name, slot_owner(config.plane), config.plane == Planes::both), findings);
  for (const EndpointLook& one : look.endpoints) {
    if (!one.status || one.status->is_learner) continue;
    store::EtcdConnection alone = connection;
    alone.endpoints = {one.endpoint};
    const auto of_one = EtcdClient::create(std::move(alone));
    if (of_one) check_txn_ops(**of_one, name, config.etcd_max_txn_ops, findings);
  }
  return findings;
}

}  // namespace tacit::server
