#include "server/commands/status_report.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <boost/json/array.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "crypto/certificates/certificates.hpp"
#include "crypto/text/sentence.hpp"
#include "crypto/time/unix_time.hpp"
#include "http/log/printable.hpp"
#include "server/backup/last_backup.hpp"
#include "server/cli/quantities.hpp"
#include "server/control/answer_members.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

constexpr std::int64_t day = 86400;
constexpr std::int64_t certificate_attention = certificate_attention_days * day;
constexpr std::int64_t backup_attention = backup_attention_hours * 3600;
constexpr std::uint64_t disk_least = disk_attention_gibibytes << 30;

std::string texts(const json::object& answer, const char* name) { return crypto::joined(texts_in(answer, name), "; "); }

bool is_true(const json::object& answer, const char* name) { return truth_in(answer, name).value_or(false); }

void add(std::string& text, const std::string& part) { crypto::append_part(text, part, "; "); }

const json::object* plane_of(const FoundServer& server, std::string_view plane) {
  for (const json::object* one : objects_in(server.state, "planes")) {
    if (text_in(*one, "plane") == plane) return one;
  }
  return nullptr;
}

std::string process(const FoundServer& server) { return "process " + std::to_string(server.process); }

std::string date(std::int64_t when) { return crypto::utc_text(when).substr(0, sizeof "2026-01-31" - 1); }

struct Free {
  void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }  // read-only
  void operator()(X509* certificate) const { X509_free(certificate); }
};

/// The expiry of the first certificate in the file; std::nullopt if it cannot be read.
std::optional<std::int64_t> expiry_in(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;  // opening a pipe would block
  const std::unique_ptr<std::FILE, Free> file(std::fopen(path.c_str(), "re"));
  if (!file) return std::nullopt;
  const auto no_password = [](char*, int, int, void*) { return -1; };
  const std::unique_ptr<X509, Free> leaf(PEM_read_X509_AUX(file.get(), nullptr, no_password, nullptr));
  if (!leaf) return std::nullopt;
  return crypto::seconds_of(X509_get0_notAfter(leaf.get()));
}

std::string days_left(std::int64_t expiry, std::int64_t now) {
  if (expiry <= now) return "expired on " + date(expiry);
  const std::int64_t days = (expiry - now) / day;
  return counted(static_cast<std::uint64_t>(days), "day") + " left, until " + date(expiry);
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  return std::to_string(whole == 0 ? 0 : static_cast<std::uint64_t>(static_cast<__uint128_t>(part) * 100 / whole)) +
         " %";
}

/// The kind of keys in a ring: the halves of the root key are in two rings.
std::string key_kind_of(const std::string& ring) { return ring.starts_with("root-p") ? "root" : ring; }

bool is_signing(const std::string& kind) { return kind == "root-signing" || kind.starts_with("audit-"); }

}  // namespace

StatusLine plane_status(const char* plane, const FoundServers& found) {
  StatusLine line{std::string(plane) + " plane", true, {}, {}};
  json::array processes;
  for (const FoundServer& server : found.servers) {
    const json::object* const state = plane_of(server, plane);
    // A server that does not answer may run this plane.
    if (state == nullptr && server.trouble.empty()) continue;
    const bool ready = state != nullptr && is_true(*state, "ready");
    line.good = line.good && ready;
    std::string said = server.trouble;
    if (state != nullptr && !ready) said = "not ready: " + texts(*state, "reasons");
    if (ready) said = "ready on " + text_in(*state, "address") + ", version " + text_in(server.state, "version");
    const std::string warning = state != nullptr ? text_in(*state, "warning") : std::string();
    if (!warning.empty()) said.append(" (").append(warning).append(")");
    add(line.text, process(server) + " " + said);
    processes.emplace_back(json::object{{"process", server.process}, {"ready", ready}});
  }
  line.details["processes"] = std::move(processes);
  if (!line.text.empty()) return line;
  line.good = false;
  line.text = "no server could be asked";
  for (const std::string& unseen : found.unseen) add(line.text, "cannot read " + http::printable(unseen));
  return line;
}

StatusLine reload_status(const std::vector<FoundServer>& servers) {
  StatusLine line{"last reload", true, {}, {}};
  bool told = false;
  for (const FoundServer& server : servers) {
    told = told || server.state.contains("last_reload");
    const json::object* const found = object_in(server.state, "last_reload");
    if (found == nullptr) continue;
    const json::object& last = *found;
    std::string said;
    for (const json::object* kept : objects_in(last, "kept")) add(said, text_in(*kept, "reason"));
    const std::string next = texts(last, "next_start_fails");
    if (!next.empty()) add(said, "the next start would fail: " + next);
    const std::string later = texts(last, "restart_needed");
    if (!later.empty()) add(said, "restart needed for: " + later);
    line.good = line.good && is_true(last, "good");
    if (!said.empty()) add(line.text, process(server) + ": " + said);
  }
  if (!told) line.text = "unknown: no server reports it";
  if (line.text.empty()) line.text = line.good ? "no fault" : "failed in part; see the log";
  return line;
}

StatusLine certificate_status(const char* plane, const std::vector<FoundServer>& servers,
                              const std::filesystem::path& file, std::int64_t now) {
  StatusLine line{std::string(plane) + " certificate", true, {}, {}};
  const std::optional<std::int64_t> lies = file.empty() ? std::nullopt : expiry_in(file);
  std::optional<std::int64_t> earliest;
  std::string warnings;
  for (const FoundServer& server : servers) {
    const json::object* const state = plane_of(server, plane);
    if (state != nullptr && warnings.empty()) warnings = texts(*state, "certificate_warnings");
    const auto served = state != nullptr ? number_in<std::int64_t>(*state, "certificate_expires") : std::nullopt;
    if (served && (!earliest || *served < *earliest)) earliest = served;
  }
  const std::optional<std::int64_t> counts = earliest ? earliest : lies;
  if (!counts) {
    line.good = false;
    line.text = file.empty() ? std::string(plane) + " has no certificate configured"
                             : "could not be read: " + http::printable(file.string());
    return line;
  }
  line.details["expires"] = crypto::utc_text(*counts);
  line.details["days_left"] = (*counts - now) / day;
  line.good = *counts - now >= certificate_attention;
  line.text = days_left(*counts, now);
  if (!earliest) line.text.append(" (the file's certificate; no server presents it)");
  if (earliest && lies && *lies != *earliest) {
    line.good = false;
    line.text.append("; the file contains another one, until ").append(date(*lies)).append(": tacit reload");
  }
  if (!warnings.empty()) {
    line.good = false;
    line.text.append("; ").append(warnings);
  }
  return line;
}

StatusLine key_status(const std::vector<FoundServer>& servers) {
  StatusLine line{"keys", true, {}, {}};
  std::map<std::string, std::set<std::string>> primary;  // ring → ids; there should be one
  std::map<std::string, std::set<std::string>> all;
  for (const FoundServer& server : servers) {
    for (const json::object* key : objects_in(server.state, "keys")) {
      const std::string ring = key_kind_of(text_in(*key, "ring"));
      all[ring].insert(text_in(*key, "id"));
      if (is_true(*key, "primary")) primary[ring].insert(text_in(*key, "id"));
    }
  }
  for (const auto& [ring, ids] : all) {
    std::string said = ring + " " + counted(ids.size(), "key");
    if (primary[ring].empty() && is_signing(ring)) {  // added, not promoted yet
      add(line.text, said);
      continue;
    }
    said.append(", primary");
    for (const std::string& id : primary[ring]) said.append(" ").append(id);
    if (primary[ring].size() != 1) {
      line.good = false;
      said.append(": servers differ, restart them");
    }
    json::array list;
    for (const std::string& id : primary[ring]) list.emplace_back(id);
    line.details[ring] = json::object{{"keys", ids.size()}, {"primary", std::move(list)}};
    add(line.text, said);
  }
  if (line.text.empty()) line.text = "not checked: no server reports them, and their files are secret";
  return line;
}

StatusLine backup_status(const Config& config, std::int64_t now) {
  const std::filesystem::path record = last_backup_file(config);
  if (record.empty()) return {"backup", false, "not known: backup-record is not configured", {}};
  const auto noted = read_last_backup(record);
  if (!noted) return {"backup", false, "none is recorded; systemctl enable --now tacit-backup.timer", {}};
  const std::int64_t age = std::max<std::int64_t>(now - noted->at, 0);
  StatusLine line{"backup", age <= backup_attention, {}, {}};
  line.details = {{"at", crypto::utc_text(noted->at)}, {"age", age}, {"bytes", noted->bytes}};
  line.text = duration_text(std::chrono::seconds(age)) + " ago, ";
  line.text.append(noted->file == "-" ? "to standard output" : http::printable(noted->file));
  line.text.append(", ").append(short_size_text(noted->bytes));
  return line;
}

StatusLine map_status(const StoreRoom& room) {
  StatusLine line{"map", true, {}, {}};
  if (room.map_bytes == 0) return {"map", false, "the store could not be read", {}};
  line.good = room.map_used_bytes < room.map_bytes / 100 * map_attention_percent;
  line.text = percent(room.map_used_bytes, room.map_bytes) + " of " + short_size_text(room.map_bytes) + " used";
  line.details = {{"bytes", room.map_bytes}, {"used_bytes", room.map_used_bytes}};
  return line;
}

StatusLine disk_status(const StoreRoom& room) {
  StatusLine line{"disk", true, {}, {}};
  if (room.disk_bytes == 0) return {"disk", false, "the store's file system could not be read", {}};
  line.good =
      room.disk_free_bytes >= disk_least && room.disk_free_bytes >= room.disk_bytes / 100 * disk_attention_percent;
  line.text = short_size_text(room.disk_free_bytes) + " of " + short_size_text(room.disk_bytes) + " free";
  line.details = {{"bytes", room.disk_bytes}, {"free_bytes", room.disk_free_bytes}};
  return line;
}

}  // namespace tacit::server
