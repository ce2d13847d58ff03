// A store of format 2 opens, is sound and accepts changes, and so do its backups. It is in the repository as
// store_format_2.tar.gz with its keyrings. The first tenant has two secrets, of which the first was changed once, a
// deleted one, own limits, an own quota, and two API keys, of which one is revoked. The second tenant has two secrets
// and an API key. The first metadata key was retired, and the five oldest audit entries were pruned.
#include "test/integration/old_stores/unpacked_store.hpp"
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

const std::string first_tenant = "0c4d3c1e-5b1f-4f0e-9a59-3f7f4a3f6c21";
const std::string first_key = "tct_o42OjlJdFpP4aeTVD06en5ZfjI64gVD0zYleLDIKOfhBdU3katy59b1MxZd9";
const std::string second_tenant = "b7e3f5a0-96d2-4c57-8d0e-2f9c1d6b4a13";
const std::string second_key = "tct_ggSCuhNpj2z87t8wruyLAwR6GBp7IXZMPdWnJNzPZnmht5Kx5YY8hl4a3H1T";
const std::string head = "19:464d6285f8e91f7feeb77496dc48d3fa9e2d2a307c02a2c41d7e07ea63a40bc0";

struct Format2Store : UnpackedStore {
  Format2Store() : UnpackedStore("store_format_2.tar.gz") {}
};

std::string names_of(const json::value& secrets) {
  std::string names;
  for (const json::value& each : secrets.at("data").as_array())
    names += each.at("secret_name").as_string().c_str() + std::string(" ");
  return names;
}

/// A request for the values of the first tenant's two secrets.
json::value by_name(const char* a, const char* b) {
  return {{"user_id", first_tenant}, {"tool_name", "tool"}, {"secrets", {{"a", a}, {"b", b}}}};
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(store_of_format_2)

BOOST_AUTO_TEST_CASE(commands_read_all_that_it_holds) {
  const Format2Store store;
  BOOST_TEST(store.format() == 2);
  store.deployment().verify();
  BOOST_TEST(contains(store.command({"audit", "verify", "--anchor", head}), "anchor         found"));
  const std::string limits = store.command({"limits", "get", "--tenant", first_tenant});
  BOOST_TEST(contains(limits, "secrets              7, its own"), limits);
  BOOST_TEST(contains(limits, "50, its own"), limits);
  const std::string quota = store.command({"quota", "get", "--tenant", first_tenant});
  BOOST_TEST(contains(quota, "2 MiB (2097152 bytes), its own"), quota);
  BOOST_TEST(contains(store.command({"api-key", "list"}), "revoked"));
  BOOST_TEST(contains(store.command({"export", "--tenant", second_tenant}), second_tenant));
}

BOOST_AUTO_TEST_CASE(servers_release_and_change_its_secrets) {
  const Format2Store store;
  Server server(store.deployment());
  Client first(server, first_key);
  Client second(server, second_key);
  BOOST_TEST(names_of(first.get(secrets_path).json()) == "first second ");
  BOOST_TEST(names_of(second.get(secrets_path).json()) == "other later ");
  const Answer released = resolve(server, by_name("first", "second"));
  REQUIRE_STATUS(released, 200);
  const json::object arguments = released.at("arguments").as_object();
  BOOST_TEST((arguments.at("a").at("value").as_string() == "the first value, changed"));
  BOOST_TEST((arguments.at("b").at("value").as_string() == "the second value"));
  const std::string id(arguments.at("b").at("secret_id").as_string());
  REQUIRE_STATUS(first.patch(secrets_path + id, {{"secret_name", "renamed"}}), 200);
  REQUIRE_STATUS(first.post(secrets_path, {{"secret_name", "third"}, {"secret_value", "a third value"}}), 200);
  REQUIRE_STATUS(first.del(secrets_path + std::string(arguments.at("a").at("secret_id").as_string())), 200);
  const Answer again =
      resolve(server, {{"user_id", first_tenant}, {"tool_name", "tool"}, {"secrets", {{"b", "renamed"}}}});
  REQUIRE_STATUS(again, 200);
  BOOST_TEST((again.at("arguments").at("b").at("value").as_string() == "the second value"));
  BOOST_TEST(server.stop() == 0);
  store.deployment().verify();
  BOOST_TEST(contains(store.command({"audit", "verify", "--anchor", head}), "anchor         found"));
}

BOOST_AUTO_TEST_CASE(its_backup_restores) {
  const Format2Store store;
  const std::filesystem::path folder = store.deployment().folder();
  store.command({"backup", (folder / "backup").string()});
  store.command({"verify", "--backup", (folder / "backup").string()});
  const std::string restored = (folder / "restored").string();
  store.command({"restore", (folder / "backup").string(), "--store", restored});
  store.command({"verify", "--store", restored});
  const json::value stats = json::parse(store.command({"stats", "--json", "--store", restored}));
  BOOST_TEST(stats.at("store_format").as_int64() == 2);
}

BOOST_AUTO_TEST_CASE(its_keys_can_be_rotated) {
  const Format2Store store;
  for (const std::string ring : {"metadata", "root"}) {
    std::string id = store.command({"key", "add", ring});
    id.pop_back();
    store.command({"key", "promote", id});
    store.command({"key", "rewrap", ring});
  }
  store.deployment().verify();
}

BOOST_AUTO_TEST_SUITE_END()
