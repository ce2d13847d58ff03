#include "server/backup/last_backup.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "crypto/time/unix_time.hpp"
#include "server/config/store_location.hpp"
#include "server/process/small_file.hpp"

namespace tacit::server {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr mode_t record_mode = 0644;
constexpr std::int64_t clock_tolerance = 300;

}  // namespace

fs::path last_backup_file(const Config& config) {
  if (!config.backup_record.empty()) return config.backup_record;
  if (is_in_etcd(config)) return {};
  fs::path store = config.store.lexically_normal();
  if (!store.has_filename()) store = store.parent_path();  // the path ends in a slash
  return store.string() + ".last-backup";
}

std::optional<LastBackup> read_last_backup(const fs::path& file) {
  std::error_code error;
  const std::string content = read_small_file(file, error);
  if (error) return std::nullopt;
  const json::value parsed = json::parse(content, error);
  if (error || !parsed.is_object()) return std::nullopt;
  const json::object& record = parsed.get_object();
  const json::value* const at = record.if_contains("at");
  const json::value* const name = record.if_contains("file");
  const json::value* const bytes = record.if_contains("bytes");
  if (at == nullptr || name == nullptr || bytes == nullptr || !at->is_int64() || !name->is_string()) {
    return std::nullopt;
  }
  // A time in the future, written with a wrong clock, must not suppress the alert until then.
  if (at->get_int64() <= 0 || at->get_int64() > crypto::seconds_now() + clock_tolerance) return std::nullopt;
  const auto size = bytes->to_number<std::uint64_t>(error);
  if (error) return std::nullopt;
  return LastBackup{at->get_int64(), std::string(name->get_string()), size};
}

std::error_code write_last_backup(const fs::path& file, const LastBackup& record) {
  const json::object text = {
      {"at", record.at}, {"time", crypto::utc_text(record.at)}, {"file", record.file}, {"bytes", record.bytes}};
  return replace_small_file(file, json::serialize(text) + "\n", record_mode);
}

}  // namespace tacit::server
