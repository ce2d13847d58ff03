// A store that version 0.2.0 made, which is in the repository as store_0_2_0.tar.gz with its keyrings: it has two
// secrets of one tenant, of which the first was changed once, and twelve that were deleted. It opens, is whole, takes
// changes; and what that version left of the deleted ones is overwritten.
#include "test/integration/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

const std::string tenant = "6f1b9a52-1c1d-4d5e-8a53-0b7a7f6d9c11";
const std::string key = "tct_tOpUUlzHBG0ajZMwdSWt7YXzPmQ7lvDmkCEB2RrgeWK9xtwb0TuBP71IHvcu";

class OldStore {
 public:
  OldStore() : deployment_(Settings{{"map-size", "16M"}}) {
    const std::filesystem::path folder = deployment_.folder();
    std::filesystem::remove_all(deployment_.store());
    for (const char* const ring : {"root-private", "root-public", "metadata"}) {
      std::filesystem::remove(folder / (std::string(ring) + ".keyring"));
    }
    const Finished unpacked =
        run({"tar", "-xzf", std::string(TACIT_SOURCE_DIR) + "/test/integration/store_0_2_0.tar.gz", "--no-same-owner",
             "-C", folder.string()});
    if (unpacked.status != 0) throw std::runtime_error("tar: " + unpacked.err);
    std::filesystem::permissions(deployment_.private_keyring(), std::filesystem::perms::owner_read);
  }
  const Deployment& deployment() const { return deployment_; }
  std::string command(const std::vector<std::string>& arguments) const {
    const Finished done = deployment_.command(arguments);
    BOOST_REQUIRE_MESSAGE(done.status == 0, done.out << done.err);
    return done.out;
  }

 private:
  Deployment deployment_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(old_store)

BOOST_AUTO_TEST_CASE(is_read_and_changed) {
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

BOOST_AUTO_TEST_CASE(what_it_still_holds_of_deleted_values_is_overwritten) {
  const OldStore old;
  const json::object before = json::parse(old.command({"stats", "--json"})).as_object();
  BOOST_TEST(before.at("scrub_waiting_bytes").to_number<std::uint64_t>() > 0U);
  const json::object done = json::parse(old.command({"scrub", "--json"})).as_object();
  BOOST_TEST(done.at("complete").as_bool());
  BOOST_TEST(done.at("overwritten_bytes").to_number<std::uint64_t>() > 0U);
  const json::object after = json::parse(old.command({"stats", "--json"})).as_object();
  BOOST_TEST(after.at("scrub_waiting_bytes").to_number<std::uint64_t>() == 0U);
  // The pages in use are clean as well: a second look finds none to write again.
  const json::object again = json::parse(old.command({"scrub", "--json"})).as_object();
  BOOST_TEST(again.at("places_cleaned").to_number<std::uint64_t>() == 0U);
  old.deployment().verify();
}

BOOST_AUTO_TEST_SUITE_END()
