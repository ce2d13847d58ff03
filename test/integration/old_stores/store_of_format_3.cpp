// A store of format 3 opens, is sound, and rises to the newest format, and so does its backup. It is in the repository
// as store_format_3.tar.gz with its keyrings, signing keyrings too, and a backup of the same state, format_3.backup.
// All is signed, and signatures are required. The first tenant has own limits, a default for mail__* whose value was
// changed once, an unbound secret, a deleted one, and two API keys, of which one is revoked. The second tenant's
// bindings are strict; it has a default, a bound secret and an unbound one, and an API key. The first metadata key was
// retired, and the 18 oldest audit entries were pruned.
#include "store/rows/store_meta.hpp"
#include "test/integration/old_stores/unpacked_store.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/store_holder.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

constexpr std::int64_t newest = tacit::store::store_format;

const std::string first_tenant = "3b1f0c52-7d64-4c1e-9a0b-5e8d2f6a7c31";
const std::string first_key = "tct_zTFha7v0cGa0vEtq9Aj8pyWpb83llXn5ex0p03IMt5koS2PiKM0Foo2UWO7h";
const std::string first_secret = "01a22e54-a1a6-730a-9a77-3fb3257230e5";
const std::string second_tenant = "c94e7a10-2f35-4b8d-8c6a-1d0f9e3b5a72";
const std::string second_key = "tct_yI15VM9ksMzH9MigsHxsvNmDIxJot5w7xI6oxH1Njk1WqO6CqWmVR82OnMs1";
const std::string bound_secret = "01a22e54-a9ab-7201-92b7-4ec7b35242c5";
const std::string head = "21:30fb3a70920c0afad9902212fe3b8b71307a171bbcf9bdd4eff66afcdc3a785f";

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

struct Format3Store : UnpackedStore {
  Format3Store() : UnpackedStore("store_format_3.tar.gz") {}
  std::string backup() const { return (deployment().folder() / "format_3.backup").string(); }
  void expect_sound() const {
    deployment().verify();
    BOOST_TEST(contains(command({"audit", "verify", "--anchor", head}), "anchor         found"));
  }
};

std::string released(const Server& server, const std::string& tenant, const std::string& tool,
                     const std::string& argument) {
  const Answer answer = resolve(server, {{"user_id", tenant}, {"tool_name", tool}});
  if (answer.status != 200) return "status " + std::to_string(answer.status) + ": " + answer.body;
  const json::object arguments = answer.at("arguments").as_object();
  const json::value* const found = arguments.if_contains(argument);
  return found == nullptr ? "nothing" : std::string(found->at("value").as_string());
}

Answer replace_value(Client& api, const std::string& id, const char* value) {
  return api.patch(secrets_path + id, {{"secret_value", value}});
}

std::size_t versions_of(Client& api, const std::string& id) {
  return api.get(secrets_path + id + "/versions").at("data").as_array().size();
}

/// Rows of the new format are permitted a while after the format has risen.
bool waits_for_expiry(Client& api, const std::string& id) {
  for (int i = 0; i < 600; ++i) {
    const int status = api.patch(secrets_path + id, {{"expires_at", "2099-01-01T00:00:00Z"}}).status;
    if (status == 200) return true;
    BOOST_TEST_REQUIRE(status == 503);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_of_format_3)

BOOST_AUTO_TEST_CASE(commands_read_all_that_it_holds) {
  const Format3Store store;
  BOOST_TEST(store.format() == 3);
  store.expect_sound();
  const std::string limits = store.command({"limits", "get", "--tenant", first_tenant});
  BOOST_TEST(contains(limits, "secrets              9, its own"), limits);
  BOOST_TEST(contains(limits, "50, its own"), limits);
  const std::string strict = store.command({"limits", "get", "--tenant", second_tenant});
  BOOST_TEST(contains(strict, "on, its own"), strict);
  BOOST_TEST(contains(store.command({"api-key", "list"}), "revoked"));
  BOOST_TEST(contains(store.command({"export", "--tenant", second_tenant}), second_tenant));
  const Finished raised = store.deployment().command({"raise-format"});
  BOOST_TEST(raised.status == 2);
  BOOST_TEST(contains(raised.err, "its servers raise its format by themselves"), raised.err);
  BOOST_TEST(store.format() == 3);
}

BOOST_AUTO_TEST_CASE(it_rises_when_the_last_older_process_ends) {
  const Format3Store store;
  StoreHolder older(store.deployment().store(), StoreHolder::Holds::reader_slot);
  {
    Server server(store.deployment());
    Client first(server, first_key);
    BOOST_TEST(released(server, first_tenant, "mail__send", "a") == "the first value, changed");
    BOOST_TEST(released(server, second_tenant, "crm__read", "token") == "a bound value");
    // What older processes can read is changed; what they cannot is refused, and no version is kept.
    REQUIRE_STATUS(replace_value(first, first_secret, "the third value"), 200);
    BOOST_TEST(versions_of(first, first_secret) == 1U);
    REQUIRE_STATUS(first.patch(secrets_path + first_secret, {{"expires_at", "2099-01-01T00:00:00Z"}}), 503);
    const Headers repeatable = {{"Idempotency-Key", "\"one\""}};
    const json::value another = {{"secret_name", "another"}, {"secret_value", "12345678"}};
    REQUIRE_STATUS(first.request("POST", secrets_path, json::serialize(another), repeatable), 503);
    BOOST_TEST(store.format() == 3);
    server.kill();
  }
  Server server(store.deployment());
  BOOST_TEST(store.format() == 3);
  older.end();
  store.wait_for_format(newest);
  server.kill();  // the format has risen, and perhaps not what rows may be written
  Server again(store.deployment());
  Client first(again, first_key);
  BOOST_TEST_REQUIRE(waits_for_expiry(first, first_secret));
  BOOST_TEST(released(again, first_tenant, "mail__send", "a") == "the third value");
  BOOST_TEST(again.stop() == 0);
  store.expect_sound();
}

BOOST_AUTO_TEST_CASE(its_secrets_have_versions_once_it_has_risen) {
  const Format3Store store;
  Server server(store.deployment());
  store.wait_for_format(newest);
  Client first(server, first_key);
  Client second(server, second_key);
  BOOST_TEST_REQUIRE(waits_for_expiry(first, first_secret));
  REQUIRE_STATUS(replace_value(first, first_secret, "the third value"), 200);
  REQUIRE_STATUS(replace_value(second, bound_secret, "another bound value"), 200);
  BOOST_TEST(versions_of(first, first_secret) == 2U);
  BOOST_TEST(released(server, first_tenant, "mail__send", "a") == "the third value");
  BOOST_TEST(released(server, second_tenant, "crm__read", "token") == "another bound value");
  // Values that the older build sealed come back.
  REQUIRE_STATUS(first.post(secrets_path + first_secret + "/rollback", {{"version", 2}}), 200);
  REQUIRE_STATUS(second.post(secrets_path + bound_secret + "/rollback", {{"version", 1}}), 200);
  BOOST_TEST(released(server, first_tenant, "mail__send", "a") == "the first value, changed");
  BOOST_TEST(released(server, second_tenant, "crm__read", "token") == "a bound value");
  server.kill();
  store.expect_sound();
  const Server again(store.deployment());
  BOOST_TEST(released(again, second_tenant, "crm__read", "token") == "a bound value");
}

BOOST_AUTO_TEST_CASE(its_backup_restores) {
  const Format3Store store;
  store.command({"verify", "--backup", store.backup()});
  const std::string restored = (store.deployment().folder() / "restored").string();
  store.command({"restore", store.backup(), "--store", restored});
  store.command({"verify", "--store", restored});
  const json::value stats = json::parse(store.command({"stats", "--json", "--store", restored}));
  BOOST_TEST(stats.at("store_format").as_int64() == 3);
  BOOST_TEST(stats.at("secrets").as_int64() == 5);
}

BOOST_AUTO_TEST_CASE(its_keys_can_be_rotated) {
  const Format3Store store;
  for (const std::string ring : {"metadata", "root"}) {
    std::string id = store.command({"key", "add", ring});
    id.pop_back();
    store.command({"key", "promote", id});
    store.command({"key", "rewrap", ring});
  }
  store.command({"tenant", "rekey", "--tenant", second_tenant});
  store.expect_sound();
}

BOOST_AUTO_TEST_SUITE_END()
