// A deployment whose keyrings and store are of version 0.2.0: nothing is signed. Two secrets of one tenant, of which
// the first was changed once, and twelve deleted ones.
#pragma once

#include <string>

#include "test/integration/old_stores/unpacked_store.hpp"
#include "test/integration/support/shared_server.hpp"

namespace tacit::test {

inline const std::string old_tenant = "6f1b9a52-1c1d-4d5e-8a53-0b7a7f6d9c11";
inline const std::string old_key = "tct_tOpUUlzHBG0ajZMwdSWt7YXzPmQ7lvDmkCEB2RrgeWK9xtwb0TuBP71IHvcu";

struct OldStore : UnpackedStore {
  OldStore() : UnpackedStore("store_0_2_0.tar.gz") {}
};

}  // namespace tacit::test
