// Rows of secrets and of their previous values, rightly sealed: what opens seals to the same.
#include "store/rows/secret_row.hpp"

#include "store/rows/codec.hpp"
#include "store/rows/value_binding.hpp"
#include "store/rows/version_row.hpp"
#include "test/fuzz/fuzz.hpp"
#include "test/fuzz/keys.hpp"

namespace tacit::fuzz {
namespace {

using store::Bytes;

constexpr std::size_t size_of_header[] = {29, 26, 39, 22};

const store::MetadataOpener& opener() {
  static const store::MetadataOpener made{.ring = the_ring(), .tenant = the_tenant, .keys = &tenant_keys()};
  return made;
}

/// A row of format 1 to 3, or a version's, with the header of the input, whose box's size is made right.
Bytes row_of(Input& in) {
  const std::size_t kind = in.byte() % 4U;
  Bytes header = bytes_of(in.bytes(size_of_header[kind]));
  header.resize(size_of_header[kind]);
  header.front() = kind == 3 ? store::version_row_format : static_cast<std::uint8_t>(kind + 1);
  Bytes box = bytes_of(in.text());
  box.resize(std::max(box.size(), crypto::value_box_overhead));
  header.resize(header.size() - 4);
  store::Encoder(header).u32(static_cast<std::uint32_t>(box.size()));
  const Bytes metadata = tenant_keys().seal_metadata(the_secret, header, box, crypto::as_bytes(in.rest()));
  header.insert(header.end(), box.begin(), box.end());
  header.insert(header.end(), metadata.begin(), metadata.end());
  return header;
}

void check_secret(const Bytes& row) {
  auto secret = store::open_secret(opener(), the_secret, row);
  if (!secret) return;
  TACIT_HOLDS(crypto::as_text(secret->row) == crypto::as_text(row));
  store::accounted_of(*secret);
  store::binding_of(*secret);
  const Bytes again =
      store::seal_secret(tenant_keys(), the_secret, secret->header, secret->value_box, secret->metadata);
  const auto second = store::open_secret(opener(), the_secret, again);
  TACIT_HOLDS(second && second->metadata == secret->metadata);
  TACIT_HOLDS(crypto::as_text(second->value_box) == crypto::as_text(secret->value_box));
  const std::size_t size = size_of_header[secret->header.format - 1U];
  TACIT_HOLDS(std::equal(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(size), again.begin()));
  store::use_newer_format(secret->header, secret->metadata, secret->value_box, 3);
  const Bytes newest =
      store::seal_secret(tenant_keys(), the_secret, secret->header, secret->value_box, secret->metadata);
  const auto third = store::open_secret(opener(), the_secret, newest);
  TACIT_HOLDS(third && third->header.format == 3 && third->metadata == secret->metadata);
}

void check_version(const Bytes& row) {
  const auto parsed = store::parse_version_row(row);
  if (!parsed) return;
  const auto version = store::open_version(opener(), the_secret, parsed->header.number, row);
  if (!version) return;
  const Bytes again =
      store::seal_version(tenant_keys(), the_secret, version->header, version->value_box, version->metadata);
  const auto second = store::open_version(opener(), the_secret, parsed->header.number, again);
  TACIT_HOLDS(second && second->metadata == version->metadata && second->header == version->header);
}

Description describe() {
  Description target{.max_size = 2048, .words = {std::string(4, '\0'), std::string(1, '\x1f')}};
  store::Metadata metadata{
      .name = "github-token", .display = "ghp_…abcd", .tool_name = "agno__github__*", .tool_arg = "token"};
  metadata.is_default = true;
  metadata.value_length = 20;
  metadata.expires_at = 1'800'000'000'000'000;
  for (std::uint8_t format = 1; format <= 3; ++format) {
    const auto plain = store::encode_metadata(metadata, format);
    target.seeds.push_back(Seed()
                               .byte(static_cast<std::uint8_t>(format - 1))
                               .rest(std::string(size_of_header[format - 1U], '\0'))
                               .text("")
                               .rest(plain.view()));
  }
  Bytes version{1, 7, 0, 0, 0, 20, 0, 0, 0, 1, 'd', 0, 0, 0, 1, 't', 0, 0, 0, 1, 'a'};
  version.resize(22);
  target.seeds.push_back(Seed().byte(3).rest(std::string(22, '\0')).text("").rest(version));
  return target;
}

void take(std::string_view input) {
  const crypto::ByteView raw = crypto::as_bytes(input);
  store::parse_secret_row(raw);
  store::parse_version_row(raw);
  Input in(input);
  const Bytes row = row_of(in);
  check_secret(row);
  check_version(row);
}

const Target target("secret_row", describe, take);

}  // namespace
}  // namespace tacit::fuzz
