#include "store/lmdb/environment/reader_slots.hpp"

#include <lmdb.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace tacit::store {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

/// LMDB lists its readers only as lines of text: process, thread and transaction; the last is `-` in a slot that is
/// kept but not in use. Other lines (the heading, or that there are no readers) do not begin with a number.
int take_line(const char* message, void* context) {
  const std::string_view line = trimmed(message);
  const auto process = number(line.substr(0, line.find(' ')));
  if (!process) return 0;
  auto& slots = *static_cast<ReaderSlots*>(context);
  ++slots.taken;
  const auto transaction = number(line.substr(line.find_last_of(' ') + 1));
  if (!transaction) return 0;
  ++slots.reading;
  if (*transaction >= slots.oldest) return 0;
  slots.oldest = *transaction;
  slots.oldest_process = *process;
  return 0;
}

}  // namespace

ReaderSlots reader_slots(MDB_env* env) {
  ReaderSlots slots;
  MDB_envinfo info{};
  mdb_env_info(env, &info);
  slots.most = info.me_maxreaders;
  mdb_reader_list(env, take_line, &slots);
  if (slots.oldest < info.me_last_txnid) slots.oldest_reader_lag = info.me_last_txnid - slots.oldest;
  return slots;
}

}  // namespace tacit::store
