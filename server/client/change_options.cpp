#include "server/client/change_options.hpp"

#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <chrono>

#include "crypto/ids/uuid.hpp"
#include "crypto/text/ascii.hpp"
#include "crypto/text/utf8.hpp"
#include "server/config/values.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

constexpr std::size_t longest_key = 200;  // a number may follow

po::typed_value<std::string>* text(const char* what) { return po::value<std::string>()->value_name(what); }

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

std::string read_tag(std::string_view tag) {
  if (tag.starts_with('"') && tag.ends_with('"') && tag.size() > 2) tag = tag.substr(1, tag.size() - 2);
  const auto is_in_tag = [](char c) { return is_visible(c) && c != '"'; };
  if (tag.empty() || !std::ranges::all_of(tag, is_in_tag)) {
    throw UsageError(shown(tag) + " is not the etag of a secret, as --json shows it");
  }
  return tag == "*" ? "*" : "\"" + std::string(tag) + "\"";
}

std::string read_idempotency_key(std::string_view key) {
  if (key.empty() || key.size() > longest_key || !std::ranges::all_of(key, is_visible)) {
    throw UsageError("the key must have 1 to 200 visible ASCII characters");
  }
  return std::string(key);
}

std::string read_utf8(std::string_view value) {
  if (!crypto::is_utf8(value)) throw UsageError(shown(value) + " is not UTF-8");
  if (value.empty()) throw UsageError("the text is empty");
  return std::string(value);
}

}  // namespace

void add_expiry(po::options_description& own) {
  own.add_options()("expires-in", text("TIME"), "When it expires: 12h, 90d or 2w from now.")(
      "expires-at", text("TIME"), "When it expires: 2027-01-31T12:00:00Z.");
}

std::optional<std::string> expiry(const Arguments& arguments) {
  if (arguments.contains("expires-in") && arguments.contains("expires-at")) {
    throw UsageError("give --expires-in or --expires-at, not both");
  }
  if (arguments.contains("expires-at")) return read_argument(arguments, "expires-at", read_utf8);
  if (!arguments.contains("expires-in")) return std::nullopt;
  const auto span = read_argument(arguments, "expires-in", read_time_span);
  return store::rfc3339(store::now_microseconds() + std::chrono::microseconds(span).count());
}

void add_if_match(po::options_description& own) {
  own.add_options()("if-match", text("ETAG"),
                    "Change the secret only if it is still in this state: its etag, as tacit client secret list SECRET "
                    "--json shows it.");
}

void add_idempotency_key(po::options_description& own) {
  own.add_options()(
      "idempotency-key", text("KEY-TEXT"),
      "A text of your choice that names this change: the server makes it once, however often the command "
      "is repeated with it within 24 hours. Default: a random one, for repetitions by the command itself.");
}

std::string if_match(const Arguments& arguments) {
  return arguments.contains("if-match") ? read_argument(arguments, "if-match", read_tag) : std::string();
}

std::string idempotency_key(const Arguments& arguments) {
  if (arguments.contains("idempotency-key")) return read_argument(arguments, "idempotency-key", read_idempotency_key);
  return crypto::make_uuid_v4().str();
}

std::optional<std::string> text_option(const Arguments& arguments, const std::string& name) {
  if (!arguments.contains(name)) return std::nullopt;
  return read_argument(arguments, name, read_utf8);
}

}  // namespace tacit::server
