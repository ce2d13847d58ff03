// A store of version 0.2.0 opens, is sound and accepts changes, and the remains of its deleted secrets are overwritten.
#include "store/rows/store_meta.hpp"
#include "test/integration/old_stores/old_deployment.hpp"
#include "test/integration/support/store_holder.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

const std::string& tenant = old_tenant;
const std::string& key = old_key;
constexpr std::int64_t newest = tacit::store::store_format;

void add_secret(const Server& server, const std::string& name) {
  Client api(server, key);
  REQUIRE_STATUS(api.post(secrets_path, {{"secret_name", name}, {"secret_value", "a value of " + name}}), 200);
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(old_store)

BOOST_AUTO_TEST_CASE(the_format_rises_when_the_last_older_process_ends) {
  const OldStore old;
  BOOST_TEST(old.format() == 1);
  StoreHolder older(old.deployment().store(), StoreHolder::Holds::reader_slot);
  {
    Server server(old.deployment());
    add_secret(server, "beside an older process");
    server.kill();
  }
  Server server(old.deployment());
  add_secret(server, "after a crash");
  BOOST_TEST(old.format() == 1);
  older.end();
  old.wait_for_format(newest);
  add_secret(server, "of the new format");
  REQUIRE_STATUS(resolve(server, {{"user_id", tenant}, {"tool_name", "tool"}}), 200);
  server.kill();
  Server again(old.deployment());
  add_secret(again, "after another crash");
  BOOST_TEST(Client(again, key).get(secrets_path).at("data").as_array().size() == 6U);
  BOOST_TEST(again.stop() == 0);
  BOOST_TEST(times(old.deployment().printed(), "store_format_raised") == 1U);
  old.deployment().verify();
}

BOOST_AUTO_TEST_CASE(commands_do_not_raise_the_format_and_backups_of_both_open) {
  const OldStore old;
  const std::filesystem::path folder = old.deployment().folder();
  const auto back_up = [&](const std::string& name) {
    const Finished done = old.deployment().command({"backup", (folder / name).string()});
    BOOST_REQUIRE_MESSAGE(done.status == 0, done.err);
    return done.err;
  };
  old.deployment().verify();
  old.command({"limits", "set", "--tenant", tenant, "--secrets", "7"});
  BOOST_TEST(back_up("one").find(", format 1") != std::string::npos);
  {
    Server server(old.deployment());
    old.wait_for_format(newest);
    add_secret(server, "third");
    BOOST_TEST(server.stop() == 0);
  }
  BOOST_TEST(back_up("two").find(", format " + std::to_string(newest)) != std::string::npos);
  for (const std::string name : {"one", "two"}) {
    old.command({"verify", "--backup", (folder / name).string()});
    const std::string restored = (folder / ("restored " + name)).string();
    old.command({"restore", (folder / name).string(), "--store", restored});
    const json::value stats = json::parse(old.command({"stats", "--json", "--store", restored}));
    BOOST_TEST(stats.at("store_format").as_int64() == (name == "one" ? 1 : newest));
    const std::string limits = old.command({"limits", "get", "--tenant", tenant, "--store", restored});
    BOOST_TEST(limits.find("secrets              7, its own") != std::string::npos, limits);
    old.command({"verify", "--store", restored});
  }
}

BOOST_AUTO_TEST_CASE(an_old_store_is_read_and_changed) {
  const OldStore old;
  old.deployment().verify();
  Server server(old.deployment());
  Client api(server, key);
  BOOST_TEST(api.get(secrets_path).at("data").as_array().size() == 2U);
  const Answer released = resolve(server, {{"user_id", tenant}, {"tool_name", "tool"}});
  REQUIRE_STATUS(released, 200);
  const json::object arguments = released.at("arguments").as_object();
  BOOST_TEST((arguments.at("a").at("value").as_string() == "the first value, changed"));
  BOOST_TEST(arguments.at("b").at("value").as_string().starts_with("second "));
  const json::value more = {{"secret_name", "third"}, {"secret_value", "a third value"}};
  REQUIRE_STATUS(api.post(secrets_path, more), 200);
  const std::string first(arguments.at("a").at("secret_id").as_string());
  REQUIRE_STATUS(api.del(secrets_path + first), 200);
  BOOST_TEST(server.stop() == 0);
  old.deployment().verify();
}

BOOST_AUTO_TEST_CASE(remains_of_deleted_values_are_overwritten) {
  const OldStore old;
  const json::object before = json::parse(old.command({"stats", "--json"})).as_object();
  BOOST_TEST(before.at("scrub_waiting_bytes").to_number<std::uint64_t>() > 0U);
  const json::object done = json::parse(old.command({"scrub", "--json"})).as_object();
  BOOST_TEST(done.at("complete").as_bool());
  BOOST_TEST(done.at("overwritten_bytes").to_number<std::uint64_t>() > 0U);
  const json::object after = json::parse(old.command({"stats", "--json"})).as_object();
  BOOST_TEST(after.at("scrub_waiting_bytes").to_number<std::uint64_t>() == 0U);
  // The pages in use are clean as well: a second run finds none to write.
  const json::object again = json::parse(old.command({"scrub", "--json"})).as_object();
  BOOST_TEST(again.at("places_cleaned").to_number<std::uint64_t>() == 0U);
  old.deployment().verify();
}

BOOST_AUTO_TEST_SUITE_END()
