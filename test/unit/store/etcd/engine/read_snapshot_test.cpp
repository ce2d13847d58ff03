// What is known of the store at one revision.
#include "store/etcd/engine/read_snapshot.hpp"

#include <boost/test/unit_test.hpp>

#include "store/etcd/engine/read_set.hpp"

using namespace tacit::store::etcd;

namespace {

Bytes bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

RangeResult result(std::initializer_list<const char*> keys, bool more = false) {
  RangeResult result;
  for (const char* key : keys) {
    KeyValue& row = result.rows.emplace_back();
    row.key = bytes(key);
    row.value = bytes("v");
    row.mod_revision = 5;
  }
  result.more = more;
  return result;
}

Range range(const char* key, const char* end = "") {
  Range range;
  range.key = bytes(key);
  range.end = bytes(end);
  return range;
}

std::string known_to(const ReadSnapshot& snapshot, const char* first) {
  const Bytes from = bytes(first);
  const Bytes end = bytes("z");
  return std::string(tacit::crypto::as_text(snapshot.known_to(from, end)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_read_snapshot)

BOOST_AUTO_TEST_CASE(an_absent_key_is_known_only_where_all_is_known) {
  ReadSnapshot snapshot;
  BOOST_TEST(snapshot.add(range("b", "d"), result({"b1"})));
  BOOST_TEST((snapshot.find(bytes("b1")).known == ReadSnapshot::Known::row));
  BOOST_TEST((snapshot.find(bytes("c")).known == ReadSnapshot::Known::absent));
  BOOST_TEST((snapshot.find(bytes("d")).known == ReadSnapshot::Known::no));
  BOOST_TEST(snapshot.add(range("d"), result({})));
  BOOST_TEST((snapshot.find(bytes("d")).known == ReadSnapshot::Known::absent));
  BOOST_TEST((snapshot.find(bytes("d1")).known == ReadSnapshot::Known::no));
}

BOOST_AUTO_TEST_CASE(a_page_is_known_up_to_its_last_row) {
  ReadSnapshot snapshot;
  BOOST_TEST(snapshot.add(range("a", "m"), result({"b", "c"}, true)));
  BOOST_TEST(known_to(snapshot, "a") == std::string("c\0", 2));
  BOOST_TEST((snapshot.find(bytes("c1")).known == ReadSnapshot::Known::no));
  Range next = range("c", "m");
  next.key.push_back(0);
  BOOST_TEST(snapshot.add(next, result({"e"})));
  BOOST_TEST(known_to(snapshot, "a") == "m");
  BOOST_TEST(known_to(snapshot, "m") == "m");
}

BOOST_AUTO_TEST_CASE(known_ranges_join) {
  ReadSnapshot snapshot;
  BOOST_TEST(snapshot.add(range("a", "c"), result({})));
  BOOST_TEST(snapshot.add(range("e", "g"), result({})));
  BOOST_TEST(known_to(snapshot, "b") == "c");
  BOOST_TEST(snapshot.add(range("b", "f"), result({})));
  BOOST_TEST(known_to(snapshot, "a") == "g");
  BOOST_TEST(snapshot.add(range("d"), result({})));
  BOOST_TEST(known_to(snapshot, "a") == "g");
}

BOOST_AUTO_TEST_CASE(an_answer_that_goes_no_further_is_recognised) {
  ReadSnapshot snapshot;
  BOOST_TEST(!snapshot.add(range("b", "d"), result({}, true)));
  BOOST_TEST(!snapshot.add(range("b", "d"), result({"a"}, true)));
  BOOST_TEST(snapshot.add(range("b", "d"), result({"a", "b", "x"})));
  BOOST_TEST((snapshot.find(bytes("a")).known == ReadSnapshot::Known::no));
  BOOST_TEST((snapshot.find(bytes("x")).known == ReadSnapshot::Known::no));
}

BOOST_AUTO_TEST_CASE(a_read_set_meets_changes_of_its_keys_and_in_its_ranges) {
  ReadSet reads;
  reads.key(bytes("k"), 0);
  reads.range(bytes("r"), bytes("s"));
  const auto meets = [&reads](const char* key) {
    Overlay changes;
    changes.erase(bytes(key));
    return reads.meets(changes);
  };
  BOOST_TEST(meets("k"));
  BOOST_TEST(!meets("k1"));
  BOOST_TEST(meets("r"));
  BOOST_TEST(meets("r9"));
  BOOST_TEST(!meets("s"));
}

BOOST_AUTO_TEST_CASE(a_read_set_differs_when_a_row_came_went_or_changed) {
  ReadSet reads;
  reads.key(bytes("b"), 5);
  reads.key(bytes("c"), 0);
  reads.range(bytes("m"), bytes("n"));
  ReadSnapshot same;
  same.add(range("a", "z"), result({"b"}));
  BOOST_TEST(!reads.differs(same, 5));
  ReadSnapshot came;
  came.add(range("a", "z"), result({"b", "c"}));
  BOOST_TEST(reads.differs(came, 5));
  ReadSnapshot went;
  went.add(range("a", "z"), result({}));
  BOOST_TEST(reads.differs(went, 5));
  ReadSnapshot inserted;
  inserted.add(range("a", "z"), result({"b", "m1"}));
  BOOST_TEST(reads.differs(inserted, 4));
}

BOOST_AUTO_TEST_SUITE_END()
