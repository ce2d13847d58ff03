// The settings of a store in etcd: names, defaults, help texts, and whether a reload applies them. The connection and
// the engine have the same defaults (store/etcd/etcd_options.hpp).
#include "server/config/settings_table.hpp"

#include "server/config/errors.hpp"
#include "server/config/setting_setters.hpp"

namespace tacit::server {
namespace {

constexpr auto store_group = SettingGroup::store;
constexpr auto serving = SettingGroup::serving;

/// A change of a tenant with its audit block does not fit into less.
constexpr std::uint64_t least_txn_ops = 64;
constexpr std::uint64_t most_txn_ops = 65'536;

void set_revocation(Config& config, std::string_view text) {
  if (text != "bounded" && text != "strict") throw UsageError(shown(text) + " is neither bounded nor strict");
  config.revocation = text == "strict" ? store::Revocation::strict : store::Revocation::bounded;
}

constexpr Setting etcd[] = {
    {.name = "etcd-ca",
     .argument = "FILE",
     .help = "CA certificates of the etcd servers, PEM. With etcd-certificate and etcd-key; without all three there is "
             "no TLS, which is possible only if etcd is on this host. These files are read again whenever a "
             "connection is made.",
     .group = store_group,
     .changed_by = ChangedBy::restart,
     .set = set_optional_path<&Config::etcd_ca>},
    {.name = "etcd-certificate",
     .argument = "FILE",
     .help = "The certificate with which this server connects to etcd, PEM. Its common name is the etcd user, whose "
             "role decides what the plane may write.",
     .group = store_group,
     .changed_by = ChangedBy::restart,
     .set = set_optional_path<&Config::etcd_certificate>},
    {.name = "etcd-key",
     .argument = "FILE",
     .help = "The private key of etcd-certificate, PEM.",
     .group = store_group,
     .changed_by = ChangedBy::restart,
     .set = set_optional_path<&Config::etcd_key>},
    {.name = "etcd-operator-certificate",
     .argument = "FILE",
     .help = "The certificate with which commands connect to etcd. A server never opens it. Default: "
             "etcd-certificate.",
     .group = store_group,
     .changed_by = ChangedBy::restart,
     .set = set_optional_path<&Config::etcd_operator_certificate>},
    {.name = "etcd-operator-key",
     .argument = "FILE",
     .help = "The private key of etcd-operator-certificate. A command of root becomes the owner of this file.",
     .group = store_group,
     .changed_by = ChangedBy::restart,
     .set = set_optional_path<&Config::etcd_operator_key>},
    {.name = "etcd-quota",
     .argument = "BYTES",
     .initial = "8G",
     .help = "Quota of etcd's database (--quota-backend-bytes of its servers), for servers before 3.6, which do not "
             "report it. At 60 % of it refusals are no longer audited, at 75 % nothing can be added, at 85 % "
             "nothing is released.",
     .group = store_group,
     .changed_by = ChangedBy::restart,
     .set = set_bytes<&Config::etcd_quota, 16 * mebibyte>},
    {.name = "etcd-max-txn-ops",
     .argument = "NUMBER",
     .initial = "1024",
     .help = "Most operations in one transaction (--max-txn-ops of etcd's servers, whose default of 128 is small: a "
             "change takes about 4).",
     .group = store_group,
     .changed_by = ChangedBy::restart,
     .set = set_number<&Config::etcd_max_txn_ops, least_txn_ops, most_txn_ops>},
    {.name = "etcd-max-request-bytes",
     .argument = "BYTES",
     .initial = "1536K",
     .help = "Largest transaction (--max-request-bytes of etcd's servers).",
     .group = store_group,
     .changed_by = ChangedBy::restart,
     .set = set_bytes<&Config::etcd_max_request_bytes, mebibyte>},
    {.name = "revocation",
     .argument = "bounded|strict",
     .initial = "bounded",
     .help = "When a revoked API key stops working on the other hosts: bounded, within 2 seconds, normally within "
             "milliseconds; strict, at the next request, which costs each request a read of etcd.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_revocation},
};

}  // namespace

std::span<const Setting> etcd_settings() { return etcd; }

}  // namespace tacit::server
