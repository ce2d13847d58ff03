// `tacit raise-format`: raises a store in etcd to the newest format (store/etcd/open/raise_format.hpp).
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <string>

#include "server/cli/commands.hpp"
#include "server/config/errors.hpp"
#include "server/config/store_location.hpp"
#include "server/wiring/etcd_options.hpp"
#include "server/wiring/open_store.hpp"
#include "store/etcd/open_etcd.hpp"

namespace tacit::server {
namespace {

constexpr const char* instead =
    "a store in a directory needs no such command: its servers raise its format by themselves once no process of an "
    "older version has it open (tacit stats says the format)";

void print_json(const store::FormatRaised& raised) {
  boost::json::object out;
  out["store_format_before"] = raised.before;
  out["store_format"] = raised.after;
  out["changed"] = !raised.rows_were_new;
  std::cout << boost::json::serialize(out) << '\n';
}

void print_text(const store::FormatRaised& raised) {
  const std::string format = std::to_string(raised.after);
  if (raised.rows_were_new) {
    std::cout << "nothing to do: the store has format " << format << ", the newest that this version knows\n";
  } else if (raised.before != raised.after) {
    std::cout << "the store's format rose from " << raised.before << " to " << format << '\n';
  } else {
    std::cout << "the store has format " << format << ", and its rows are written in it from now on\n";
  }
}

}  // namespace

int raise_format_command(const Config& config, const Arguments& arguments) {
  if (!is_in_etcd(config)) throw UsageError(instead);
  const auto options = etcd_options(config);
  become_etcd_user(config);
  const auto waiting = [] {
    std::cerr << "older versions do not open the store any more; waiting for 18 s, longer than an audit slot's lease, "
                 "to see that no process of one is left\n";
  };
  const auto raised = value_or_fail(store::raise_etcd_format(*options, waiting), "cannot raise the store's format");
  if (arguments.contains("json")) {
    print_json(raised);
  } else {
    print_text(raised);
  }
  return exit_ok;
}

}  // namespace tacit::server
