// `tacit client secret import`: stores the secrets of a .env or JSON file, in one transaction.
#include <boost/json/object.hpp>

#include <iostream>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/files/bounded_file.hpp"
#include "crypto/text/ascii.hpp"
#include "crypto/text/sentence.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/output.hpp"
#include "server/client/answers.hpp"
#include "server/client/change_options.hpp"
#include "server/client/env_file.hpp"
#include "server/client/json_secrets.hpp"
#include "server/client/secret_calls.hpp"
#include "server/config/errors.hpp"

namespace tacit::server {
namespace {

using Secrets = std::vector<NewSecret>;

const crypto::FileBound largest_file{std::size_t{16} * 1024 * 1024, "16 MiB"};

std::string as_is(std::string_view text) { return std::string(text); }

crypto::WipedBytes read_import(const std::string& file) {
  // A shell's pipe, such as that of `pass show env | tacit client secret import -`.
  auto content =
      crypto::read_bounded_file(file == "-" ? "/dev/stdin" : file, largest_file, crypto::SpecialFiles::shell_pipes);
  if (content.has_error()) throw UsageError(content.error().message);
  return std::move(*content);
}

/// JSON begins with a bracket, which no line of a .env file begins with.
bool is_json(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  text = crypto::trimmed(text, " \t\r\n");
  return text.starts_with('{') || text.starts_with('[');
}

Secrets read_secrets(const Arguments& arguments) {
  const std::string file = read_argument(arguments, "FILE", as_is);
  const crypto::WipedBytes content = read_import(file);
  auto secrets = is_json(content.text()) ? parse_json_secrets(content.text()) : parse_env_file(content.text());
  if (secrets.has_error()) throw UsageError(file + ": " + secrets.error());
  if (secrets->empty()) throw UsageError(file + ": has no secrets");
  const auto tool = text_option(arguments, "tool");
  std::set<std::string> names;
  for (NewSecret& secret : *secrets) {
    if (tool && !secret.tool_name) secret.tool_name = tool;
    if (!names.insert(secret.name).second) throw UsageError(file + ": the name " + secret.name + " comes twice");
  }
  return std::move(*secrets);
}

/// The batches, as numbers of secrets. Throws UsageError if there are several and that was not allowed.
std::vector<std::size_t> batches_of(std::span<const NewSecret> secrets, bool several) {
  std::vector<std::size_t> sizes;
  for (auto rest = secrets; !rest.empty(); rest = rest.subspan(sizes.back())) {
    sizes.push_back(fitting_batch(rest));
    if (sizes.back() == 0) throw UsageError("the secret " + rest.front().name + " is too large for a request");
  }
  if (sizes.size() > 1 && !several) {
    throw UsageError(
        crypto::counted(secrets.size(), "secret") +
        " are too many for one transaction, which has at most 64 in 1 MiB; add --several to store them in " +
        std::to_string(sizes.size()) + " transactions, each of them whole or not at all");
  }
  return sizes;
}

/// Shows what would be stored, and which names are taken. No value and no length of one.
int show_plan(ApiSession& session, const Secrets& secrets) {
  std::set<std::string> taken;
  for (const auto& secret : list_secrets(session, {})) taken.insert(text_at(secret, "secret_name"));
  std::vector<std::vector<std::string>> rows = {{"STATE", "TOOL", "ARGUMENT", "DEFAULT", "NAME"}};
  bool good = true;
  for (const NewSecret& secret : secrets) {
    const bool is_new = !taken.contains(secret.name);
    good = good && is_new;
    rows.push_back({is_new ? "new" : "taken", secret.tool_name.value_or("-"), secret.tool_arg.value_or("-"),
                    secret.is_default_for_tool ? "yes" : "no", secret.name});
  }
  std::cout << table(rows);
  return good ? exit_ok : exit_failed;
}

}  // namespace

int client_secret_import_command(const Arguments& arguments, const Environment& environment) {
  ServerAccess access = server_access(arguments, environment);
  const Secrets secrets = read_secrets(arguments);
  const std::vector<std::size_t> batches = batches_of(secrets, arguments.contains("several"));
  const std::string key = idempotency_key(arguments);
  ApiSession session(std::move(access));
  if (arguments.contains("dry-run")) return show_plan(session, secrets);
  std::vector<boost::json::object> stored;
  std::span<const NewSecret> rest = secrets;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    ApiRequest request{.method = "POST", .path = std::string(secrets_path) + "batch?view=full"};
    request.body = batch_body(rest.first(batches[i]));
    request.idempotency_key = batches.size() == 1 ? key : key + "/" + std::to_string(i + 1);
    request.repeat_with = "--idempotency-key " + key;
    for (const NewSecret& secret : rest.first(batches[i])) request.items.push_back(secret.name);
    try {
      for (auto& one : objects_in_list(object_in(session.send(request).body.text()))) stored.push_back(std::move(one));
    } catch (const CommandFailed& failure) {
      if (stored.empty()) throw;
      throw CommandFailed("the first " + crypto::counted(stored.size(), "secret") +
                          " of the file are stored, and then " + failure.what());
    }
    rest = rest.subspan(batches[i]);
  }
  print_list(stored, secret_rows, arguments.contains("json"));
  return exit_ok;
}

}  // namespace tacit::server
