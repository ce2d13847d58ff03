// The form of a slot's head row.
#include "store/etcd/audit/slot_head.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::store::etcd;

namespace {

SlotHead sample() {
  SlotHead head;
  head.operation.fill(1);
  head.sequence = 40;
  head.hash.fill(2);
  head.newest_block = 38;
  return head;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(slot_head)

BOOST_AUTO_TEST_CASE(a_head_comes_back_as_it_was) {
  const SlotHead head = sample();
  const auto found = decode_slot_head(encode_slot_head(head));
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST((found->operation == head.operation));
  BOOST_TEST(found->sequence == head.sequence);
  BOOST_TEST((found->hash == head.hash));
  BOOST_TEST(found->newest_block == head.newest_block);
  BOOST_TEST(decode_slot_head(encode_slot_head(SlotHead())).has_value());
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused) {
  const Bytes value = encode_slot_head(sample());
  for (std::size_t size = 0; size < value.size(); ++size) {
    BOOST_TEST(!decode_slot_head(ByteView(value).first(size)).has_value());
  }
  Bytes longer = value;
  longer.push_back(0);
  BOOST_TEST(!decode_slot_head(longer).has_value());
  Bytes other = value;
  other[0] = 2;
  BOOST_TEST(!decode_slot_head(other).has_value());
  SlotHead wrong = sample();
  wrong.newest_block = wrong.sequence + 1;
  BOOST_TEST(!decode_slot_head(encode_slot_head(wrong)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
