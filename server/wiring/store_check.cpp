// Whether the configured store opens: asks a store in etcd about its cluster first. Both in a child process.
#include <algorithm>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "crypto/time/unix_time.hpp"
#include "server/config/errors.hpp"
#include "server/config/store_location.hpp"
#include "server/process/apart.hpp"
#include "server/wiring/config_check.hpp"
#include "server/wiring/etcd_check.hpp"
#include "server/wiring/etcd_clocks.hpp"
#include "server/wiring/open_store.hpp"
#include "store/health.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/signing_state.hpp"
#include "store/model/damage.hpp"
#include "store/served_store.hpp"

namespace tacit::server {
namespace {

/// Before each sentence in the answer of the child that opens the store. No sentence contains them.
constexpr char problem_mark = '\x1e';
constexpr char note_mark = '\x1f';
constexpr std::string_view marks = "\x1e\x1f";

std::string cut_off_note(const store::Store& store) {
  const auto state = store::look_at_signing(store.keys());
  if (!state || !state->cut_off_fault) return {};
  return note_mark + *state->cut_off_fault;
}

/// What etcd says, in that form.
std::string ask_etcd(const Config& config) {
  if (!is_in_etcd(config)) return {};
  std::string said;
  const EtcdFindings found = check_etcd(config);
  for (const std::string& problem : found.problems) said.append(1, problem_mark).append(problem);
  for (const std::string& note : found.notes) said.append(1, note_mark).append(note);
  return said;
}

std::vector<std::string> compare_clocks(const store::Store& store) {
  ClockLooks looks;
  looks.began = crypto::seconds_now();
  auto first = newest_slot_times(store);
  if (!first) return {};
  std::this_thread::sleep_for(between_clock_looks);
  auto second = newest_slot_times(store);
  if (!second) return {};
  looks.first = std::move(*first);
  looks.second = std::move(*second);
  looks.now = crypto::seconds_now();
  return clock_notes(looks);
}

std::string ask_store(const Config& config) {
  const KeyNeeds needs{
      .root_private = runs_tools(config.plane), .signs = false, .accept_unnamed = true, .as_server = true};
  const auto store = open_store(config, needs);
  const auto fits = store::check_for_serving(*store);
  if (!fits) return problem_mark + sentence(fits.error());
  std::string said = cut_off_note(*store);
  if (!is_in_etcd(config)) return said;
  const auto format = store->health().format_warning();
  if (format && !format->empty()) said.append(1, note_mark).append(*format);
  for (const std::string& note : compare_clocks(*store)) said.append(1, note_mark).append(note);
  return said;
}

}  // namespace

std::vector<std::string> find_store_problems(const Config& config, std::vector<std::string>& notes) {
  const std::string said = run_apart(
      config.store,
      [&config]() -> std::string {
        std::string of_etcd;
        try {
          of_etcd = ask_etcd(config);
          if (of_etcd.find(problem_mark) != std::string::npos) return of_etcd;
          return of_etcd + ask_store(config);
        } catch (const UsageError& error) {
          return of_etcd + problem_mark + error.what();
        } catch (const store::DamagedStore& error) {
          return of_etcd + problem_mark + error.what();
        }
      },
      default_stall + config.store_timeout);
  std::vector<std::string> problems;
  for (std::size_t at = 0; at < said.size();) {
    const std::size_t end = std::min(said.find_first_of(marks, at + 1), said.size());
    (said[at] == problem_mark ? problems : notes).push_back(said.substr(at + 1, end - at - 1));
    at = end;
  }
  return problems;
}

}  // namespace tacit::server
