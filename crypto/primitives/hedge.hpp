// Hedged randomness, for values that must never repeat with other data: derived from two generators and from the data
// that they are used for. Even if both generators repeat, as in a virtual machine that was cloned or set back, or are
// broken, different data give different values, so that no key is used with a nonce twice. The same data then give the
// same box, which shows only that they are the same. Private to crypto/.
//
// Follows REwH1 of "Hedged Public-Key Encryption: How to Protect against Bad Randomness" (Bellare, Brakerski, Naor,
// Ristenpart, Segev, Shacham, Yilek, ASIACRYPT 2009): the coins are a hash of fresh randomness, the public key and the
// plaintext. RFC 8937 derives likewise, but for a process with a signing key, which the API plane lacks.
#pragma once

#include <initializer_list>
#include <string_view>

#include "crypto/memory/bytes.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

/// HKDF-Extract (RFC 5869) with `key` as salt, of: the purpose; 32 bytes of getrandom(2), 32 bytes of OpenSSL's
/// generator for secrets; each part of the data, as a 4-byte big-endian length and its bytes. No purpose is a prefix of
/// another. If the result is published, `key` must be secret, because otherwise guesses of the data could be tested on
/// it once the generators are known. Thread-safe. Ends the process if a generator fails.
WipedArray<32> hedged_random(ByteView key, std::string_view purpose, std::initializer_list<ByteView> data);

}  // namespace tacit::crypto
