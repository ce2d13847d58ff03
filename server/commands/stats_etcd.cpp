#include "server/commands/stats_etcd.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "http/log/printable.hpp"
#include "server/cli/output.hpp"
#include "server/cli/quantities.hpp"
#include "server/commands/etcd_copy.hpp"
#include "server/config/errors.hpp"
#include "server/control/etcd_answer.hpp"
#include "server/wiring/etcd_look.hpp"
#include "server/wiring/etcd_options.hpp"
#include "server/wiring/open_store.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds patience{3};

std::string member_text(const store::EtcdFigures::Member& member) {
  if (!member.reachable) return "does not answer";
  std::string text = "etcd " + http::printable(member.version);
  if (member.is_leader) text += ", leader";
  if (member.is_learner) text += ", learner";
  return text + ", " + size_text(member.size_in_use) + " in use, file " + size_text(member.size);
}

void print_text(const store::StoreFigures& figures, const store::EtcdFigures& etcd) {
  std::vector<std::vector<std::string>> rows = {
      {"format", std::to_string(figures.store_format)}, {"tenants", std::to_string(figures.tenants)},
      {"secrets", std::to_string(figures.secrets)},     {"secrets' size", size_text(figures.bytes)},
      {"revision", std::to_string(etcd.revision)},      {"database quota", size_text(etcd.database_quota_bytes)}};
  for (const auto& member : etcd.members) rows.push_back({http::printable(member.endpoint), member_text(member)});
  std::cout << table(rows);
  print_biggest(figures);
}

void print_json(const store::StoreFigures& figures, const store::EtcdFigures& etcd) {
  json::object out;
  out["store_format"] = figures.store_format;
  out["tenants"] = figures.tenants;
  out["secrets"] = figures.secrets;
  out["bytes"] = figures.bytes;
  out["etcd"] = to_json(etcd);
  out["biggest_tenants"] = biggest_json(figures);
  std::cout << json::serialize(out) << '\n';
}

}  // namespace

int stats_in_etcd(const Config& config, std::size_t top, bool as_json) {
  const auto engine = open_keyless_engine(config, EngineUse::reading);
  const auto figures = value_or_fail(store::count_store(*engine, top), "cannot read the store");
  const EtcdLook look = look_at_etcd(etcd_connection(config, EtcdIdentity::command), patience);
  if (!look.trouble.empty()) throw CommandFailed("cannot ask etcd: " + look.trouble);
  store::EtcdFigures etcd = figures_of(look, config.etcd_quota);
  if (as_json) {
    print_json(figures, etcd);
  } else {
    print_text(figures, etcd);
  }
  return exit_ok;
}

void print_biggest(const store::StoreFigures& figures) {
  if (figures.biggest.empty()) return;
  std::vector<std::vector<std::string>> rows = {{"biggest tenants", "secrets", "size"}};
  for (const auto& one : figures.biggest) {
    rows.push_back({one.tenant.str(), std::to_string(one.secrets), size_text(one.bytes)});
  }
  std::cout << '\n' << table(rows);
}

json::array biggest_json(const store::StoreFigures& figures) {
  json::array biggest;
  for (const auto& one : figures.biggest) {
    json::object tenant;
    tenant["user_id"] = one.tenant.str();
    tenant["tenant"] = one.tenant.str();  // the name used by the other commands
    tenant["bytes"] = one.bytes;
    tenant["secrets"] = one.secrets;
    biggest.push_back(std::move(tenant));
  }
  return biggest;
}

}  // namespace tacit::server
