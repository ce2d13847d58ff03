// `tacit stats`: the number of stored objects, the use of the map and the disk, and readers. Needs no key.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/output.hpp"
#include "server/cli/quantities.hpp"
#include "server/commands/stats_etcd.hpp"
#include "server/config/command_option_defaults.hpp"
#include "server/config/errors.hpp"
#include "server/config/store_location.hpp"
#include "server/config/values.hpp"
#include "server/process/store_user.hpp"
#include "server/wiring/open_store.hpp"
#include "store/backup/keyless_store.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

constexpr std::uint64_t most_shown = 1000;

std::size_t read_top(std::string_view text) { return static_cast<std::size_t>(read_number(text, 0, most_shown)); }

std::string percent(std::uint64_t part, std::uint64_t whole) {
  const std::uint64_t tenths = whole == 0 ? 0 : part * 1000 / whole;
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " %";
}

std::uint64_t live_pages(const store::StoreFigures& figures) {
  return figures.used_pages - std::min(figures.used_pages, figures.reusable_pages + figures.pinned_pages);
}

std::string oldest_reader(const store::StoreFigures& figures) {
  if (figures.oldest_reader_process == 0) return {};
  return " (process " + std::to_string(figures.oldest_reader_process) + ')';
}

std::string map_text(const store::StoreFigures& figures) {
  return size_text(figures.map_pages * figures.page_bytes) + ", " + percent(live_pages(figures), figures.map_pages) +
         " in use";
}

std::string pages_text(const store::StoreFigures& figures) {
  const std::uint64_t never_used = figures.map_pages - std::min(figures.map_pages, figures.used_pages);
  return std::to_string(live_pages(figures)) + " in use, " + std::to_string(figures.reusable_pages) + " reusable, " +
         std::to_string(figures.pinned_pages) + " kept for readers, " + std::to_string(never_used) +
         " never used, of " + size_text(figures.page_bytes);
}

std::string readers_text(const store::StoreFigures& figures) {
  return std::to_string(figures.readers) + " reading, the oldest " + std::to_string(figures.oldest_reader_lag) +
         " commits behind" + oldest_reader(figures) + "; " + std::to_string(figures.reader_slots_taken) + " of " +
         std::to_string(figures.reader_slots) + " slots taken";
}

void print_text(const store::StoreFigures& figures) {
  std::cout << table({{"format", std::to_string(figures.store_format)},
                      {"tenants", std::to_string(figures.tenants)},
                      {"secrets", std::to_string(figures.secrets)},
                      {"secrets' size", size_text(figures.bytes)},
                      {"API keys", std::to_string(figures.api_keys)},
                      {"audit entries", std::to_string(figures.audit_entries)},
                      {"map", map_text(figures)},
                      {"pages", pages_text(figures)},
                      {"to overwrite", size_text(figures.scrub_waiting_pages * figures.page_bytes)},
                      {"file", size_text(figures.file_bytes)},
                      {"disk free", size_text(figures.disk_free_bytes)},
                      {"readers", readers_text(figures)}});
  print_biggest(figures);
}

void print_json(const store::StoreFigures& figures) {
  json::object out;
  out["store_format"] = figures.store_format;
  out["tenants"] = figures.tenants;
  out["secrets"] = figures.secrets;
  out["bytes"] = figures.bytes;
  out["api_keys"] = figures.api_keys;
  out["audit_entries"] = figures.audit_entries;
  out["page_bytes"] = figures.page_bytes;
  out["map_pages"] = figures.map_pages;
  out["used_pages"] = live_pages(figures);
  out["reusable_pages"] = figures.reusable_pages;
  out["pinned_pages"] = figures.pinned_pages;
  out["scrub_waiting_bytes"] = figures.scrub_waiting_pages * figures.page_bytes;
  out["file_bytes"] = figures.file_bytes;
  out["disk_free_bytes"] = figures.disk_free_bytes;
  out["readers"] = figures.readers;
  out["oldest_reader_lag"] = figures.oldest_reader_lag;
  out["oldest_reader_process"] = figures.oldest_reader_process;
  out["reader_slots"] = figures.reader_slots;
  out["reader_slots_taken"] = figures.reader_slots_taken;
  out["biggest_tenants"] = biggest_json(figures);
  std::cout << json::serialize(out) << '\n';
}

}  // namespace

int stats_command(const Config& config, const Arguments& arguments) {
  const std::size_t top = arguments.contains("top") ? read_argument(arguments, "top", read_top) : default_top_tenants;
  if (is_in_etcd(config)) return stats_in_etcd(config, top, arguments.contains("json"));
  const auto store = store::KeylessStore::open(config.store, become_store_user);
  if (!store) throw UsageError(sentence(store.error()));
  const auto figures = value_or_fail(store->figures(top), "cannot read the store");
  if (arguments.contains("json")) {
    print_json(figures);
  } else {
    print_text(figures);
  }
  return exit_ok;
}

}  // namespace tacit::server
