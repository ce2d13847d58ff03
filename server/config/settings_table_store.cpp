// The settings of the store and the keyrings: names, defaults, help texts, and whether a reload applies them.
#include "server/config/settings_table.hpp"

#include "server/config/setting_setters.hpp"
#include "server/config/setting_text.hpp"
#include "server/config/store_location.hpp"
#include "store/model/defaults.hpp"

namespace tacit::server {
namespace {

constexpr auto store_group = SettingGroup::store;
constexpr auto private_group = SettingGroup::private_key;
constexpr auto signing_group = SettingGroup::signing;
constexpr auto serving = SettingGroup::serving;
constexpr auto asking = SettingGroup::asking;

void set_store(Config& config, std::string_view text) { config.store = read_store(text); }

constexpr Setting store_and_keys[] = {
    {.name = "store",
     .argument = "DIRECTORY",
     .initial = "/var/lib/tacit/store",
     .help = "The store: a directory, which several processes of one host may share, or "
             "etcd://HOST:PORT[,HOST:PORT...]/NAME, a store in an etcd cluster, which several hosts share.",
     .group = store_group | asking,
     .changed_by = ChangedBy::restart,
     .set = set_store},
    {.name = "backup-record",
     .argument = "FILE",
     .help = "File in which `tacit backup` records a success, for /metrics and `tacit status`. Default: "
             "STORE.last-backup, beside the store; of a store in etcd, none. Only the backup user should be able to "
             "write to its directory.",
     .group = store_group,
     .changed_by = ChangedBy::restart,
     .set = set_optional_path<&Config::backup_record>},
    {.name = "map-size",
     .argument = "BYTES",
     .initial = size_text<store::defaults::map_size>,
     .help = "Maximum size of the store: reserved address space, not memory or disk in use. The same for all "
             "processes. No effect in etcd.",
     .group = store_group,
     .changed_by = ChangedBy::restart,
     .set = set_bytes<&Config::map_size, mebibyte>},
    {.name = "root-public-keyring",
     .argument = "FILE",
     .help = "The root public key: seals values, cannot open them.",
     .group = store_group,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::root_public_keyring>},
    {.name = "root-private-keyring",
     .argument = "FILE",
     .help = "The root private key, which opens values. Only its owner may have access. With plane=api it is never "
             "opened.",
     .group = private_group,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::root_private_keyring>},
    {.name = "metadata-keyring",
     .argument = "FILE",
     .help = "The key that seals names and bindings.",
     .group = store_group,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::metadata_keyring>},
    {.name = "root-signing-keyring",
     .argument = "FILE",
     .help = "The key that signs tenants' keys, the list of keys and the audit checkpoint. It opens nothing. Only its "
             "owner may have access. With plane=api it is never opened. Default: root-signing.keyring beside "
             "root-public-keyring, if it exists.",
     .group = signing_group,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::root_signing_keyring>},
    {.name = "audit-api-keyring",
     .argument = "FILE",
     .help = "The key with which the API plane signs the audit log. With plane=tools it is never opened. Default: "
             "audit-api.keyring beside root-public-keyring, if it exists.",
     .group = private_group,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::audit_api_keyring>},
    {.name = "audit-tools-keyring",
     .argument = "FILE",
     .help = "The key with which the tool plane signs the audit log. With plane=api it is never opened. Default: "
             "audit-tools.keyring beside root-public-keyring, if it exists.",
     .group = private_group,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::audit_tools_keyring>},
    {.name = "audit-operator-keyring",
     .argument = "FILE",
     .help = "The key with which operators' commands sign the audit log. A server never opens it. Default: "
             "audit-operator.keyring beside root-public-keyring, if it exists.",
     .group = signing_group,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::audit_operator_keyring>},
    {.name = "prekey-pool",
     .argument = "NUMBER",
     .initial = "2048",
     .help = "Key pairs kept ready for new tenants. The tool plane makes them.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_number<&Config::prekey_pool, 0, 100'000>},
    {.name = "strict-binding",
     .argument = "on|off",
     .initial = "off",
     .help = "Whether a value is sealed to its tool_name and tool_arg, so that nobody can bind it to another tool "
             "without the value. Changing them then needs secret_value. For one tenant: `tacit limits set "
             "--strict-binding`.",
     .group = store_group,
     .changed_by = ChangedBy::reload,
     .set = set_switch<&Config::strict_binding>},
    {.name = "store-timeout",
     .argument = "SECONDS",
     .initial = seconds_text<store::defaults::write_deadline.count()>,
     .help = "Longest wait of a write, a release or a refusal for its audit entry to be on the disk; then it is "
             "answered 503. After half of this time, further requests are answered 503 at once, and the server is "
             "not ready.",
     .group = store_group,
     .changed_by = ChangedBy::restart,
     .set = set_seconds<&Config::store_timeout, 1, 3600>},
    {.name = "scrub-within",
     .argument = "SECONDS",
     .initial = seconds_text<store::defaults::scrub_within.count()>,
     .help = "Time after a deletion, a replacement or an erasure until its bytes are overwritten in the store's "
             "file, unless a reader still uses an older snapshot. 0: only `tacit scrub` overwrites them. "
             "No effect in etcd.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_seconds<&Config::scrub_within, 0, day>},
    {.name = "write-queue-items",
     .argument = "NUMBER",
     .initial = number_text<store::defaults::queue_items>,
     .help = "Maximum number of writes that wait for the disk. Further requests are answered 503.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_number<&Config::write_queue_items, 1, 1'000'000>},
    {.name = "write-queue-bytes",
     .argument = "BYTES",
     .initial = size_text<store::defaults::queue_bytes>,
     .help = "Maximum memory of waiting writes. Further requests are answered 503.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_bytes<&Config::write_queue_bytes, mebibyte>},
};

}  // namespace

std::span<const Setting> store_settings() { return store_and_keys; }

}  // namespace tacit::server
