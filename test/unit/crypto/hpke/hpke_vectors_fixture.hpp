// Published test vectors of RFC 9180, base mode, DHKEM(P-256, HKDF-SHA256) with HKDF-SHA256: those of AES-128-GCM are
// Appendix A.3.1 of the RFC; those of AES-256-GCM come from test-vectors.json of cfrg/draft-irtf-cfrg-hpke at commit
// 5f503c5, the file from which the RFC's appendix was made. Each vector has the encryptions that the RFC prints.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "crypto/hpke/hpke_suite.hpp"

namespace tacit::crypto::test {

struct HpkeEncryption {
  std::uint64_t sequence;
  std::string_view aad;
  std::string_view ciphertext;
};

/// All in hexadecimal, under the RFC's names.
struct HpkeVector {
  HpkeAead aead;
  std::string_view info;
  std::string_view ikm_e, pk_em, sk_em;  ///< pk_em is `enc` too, which the RFC prints twice
  std::string_view ikm_r, pk_rm, sk_rm;
  std::string_view shared_secret;
  std::string_view key;
  std::string_view base_nonce;
  std::string_view plaintext;
  std::vector<HpkeEncryption> encryptions;
};

inline const HpkeVector aes_128_gcm_vector = {
    .aead = HpkeAead::aes_128_gcm,
    .info = "4f6465206f6e2061204772656369616e2055726e",
    .ikm_e = "4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e",
    .pk_em =
        "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c"
        "403ce65c9bfcb9382657222d18c4",
    .sk_em = "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb",
    .ikm_r = "668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550",
    .pk_rm =
        "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa"
        "8f80e30f1d128aafd68a2ce72ea0",
    .sk_rm = "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
    .shared_secret = "c0d26aeab536609a572b07695d933b589dcf363ff9d93c93adea537aeabb8cb8",
    .key = "868c066ef58aae6dc589b6cfdd18f97e",
    .base_nonce = "4e0bc5018beba4bf004cca59",
    .plaintext = "4265617574792069732074727574682c20747275746820626561757479",
    .encryptions = {
        {0, "436f756e742d30",
         "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434"},
        {1, "436f756e742d31",
         "fa6f037b47fc21826b610172ca9637e82d6e5801eb31cbd3748271affd4ecb06646e0329cbdf3c3cd655b28e82"},
        {2, "436f756e742d32",
         "895cabfac50ce6c6eb02ffe6c048bf53b7f7be9a91fc559402cbc5b8dcaeb52b2ccc93e466c28fb55fed7a7fec"},
        {4, "436f756e742d34",
         "8787491ee8df99bc99a246c4b3216d3d57ab5076e18fa27133f520703bc70ec999dd36ce042e44f0c3169a6a8f"},
        {255, "436f756e742d323535",
         "2ad71c85bf3f45c6eca301426289854b31448bcf8a8ccb1deef3ebd87f60848aa53c538c30a4dac71d619ee2cd"},
        {256, "436f756e742d323536",
         "10f179686aa2caec1758c8e554513f16472bd0a11e2a907dde0b212cbe87d74f367f8ffe5e41cd3e9962a6afb2"},
    }};

inline const HpkeVector aes_256_gcm_vector = {
    .aead = HpkeAead::aes_256_gcm,
    .info = "4f6465206f6e2061204772656369616e2055726e",
    .ikm_e = "a90d3417c3da9cb6c6ae19b4b5dd6cc9529a4cc24efb7ae0ace1f31887a8cd6c",
    .pk_em =
        "04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f03e0b21bd31a86c6048af3cb2d98e0d3bf01da5"
        "cc4c39ff5370d331a4f1f7d5a4e0",
    .sk_em = "90345e3a1d116c1dd39ae76d95ab858c142223a63e44f8f85318cfa91a84858e",
    .ikm_r = "a0ce15d49e28bd47a18a97e147582d814b08cbe00109fed5ec27d1b4e9f6f5e3",
    .pk_rm =
        "04abc7e49a4c6b3566d77d0304addc6ed0e98512ffccf505e6a8e3eb25c685136f853148544876de76c0f2ef99cdc3a05ccf5d"
        "ed7860c7c021238f9e2073d2356c",
    .sk_rm = "317f915db7bc629c48fe765587897e01e282d3e8445f79f27f65d031a88082b2",
    .shared_secret = "48893fecd82f7c3456af6a42d8f56325d21e08c10fa81299986aaff54cde7b49",
    .key = "ee16802a936d5f544771131900ee6973d0551de9e852ece2ef34bf0d5f9e1d1d",
    .base_nonce = "9bc50980832a7b4b58c40161",
    .plaintext = "4265617574792069732074727574682c20747275746820626561757479",
    .encryptions = {
        {0, "436f756e742d30",
         "58c61a45059d0c5704560e9d88b564a8b63f1364b8d1fcb3c4c6ddc1d291742465e902cd216f8908da49f8f96f"},
        {1, "436f756e742d31",
         "b4e7c90d1dd62cb563694956eb517ab55d5e7d1f6366a0066c04ababaa444dbaf60a30d7bb7d3e91b969762dee"},
        {2, "436f756e742d32",
         "65463cc0e5fd16e1650a55fb37d5b6fe6e5ac5b6f6e8c2640cfb0fcd528dc37bc0963b5c53d6238c42d447ddf4"},
        {4, "436f756e742d34",
         "8537ff19240d613badd398dbeedf0338ca9f549bad6775ae8c3a672666057f6709e0931155cd1cae7071c6fd27"},
        {255, "436f756e742d323535",
         "2bcdb6aa31cf9b85855aa22c18ee7feb783b26d5f8fae4554a409845810bdac0fc06bdce6c60a37efb45a106eb"},
        {256, "436f756e742d323536",
         "fcc4c798b73d45d4a241f4d05886befed63b8bdf0252454072c9f6170f6e262f2738cf2ea290053b2181ad46d6"},
    }};

inline const std::vector<HpkeVector>& hpke_vectors() {
  static const std::vector<HpkeVector> vectors = {aes_128_gcm_vector, aes_256_gcm_vector};
  return vectors;
}

}  // namespace tacit::crypto::test
