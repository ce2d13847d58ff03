// Reads and writes the rows of a stopped server's store directly.
#pragma once

#include <boost/json/object.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tacit::test {

struct Row {
  std::string table;
  std::string key;
  std::string value;
};

/// All rows of all tables. No server may have the store open meanwhile, because this environment does not follow the
/// server's rules, and LMDB allows one environment per process.
std::vector<Row> read_rows(const std::filesystem::path& store);

/// The entries of the audit log, oldest first. No server may run, as above.
std::vector<boost::json::object> read_audit(const std::filesystem::path& store);

/// Sets a row's value; std::nullopt removes the row.
void write_row(const std::filesystem::path& store, const std::string& table, const std::string& key,
               const std::optional<std::string>& value);

/// Whether the row is a key pair for a new tenant.
bool is_prekey(const Row& row);

/// Removes the key pairs for new tenants, but for so many. A server makes others, unless its prekey-pool is 0.
void remove_prekeys(const std::filesystem::path& store, std::size_t kept = 0);

}  // namespace tacit::test
