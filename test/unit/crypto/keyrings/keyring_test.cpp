// Creating and loading keyrings, and the messages for faults in them.
#include "crypto/keyrings/keyring.hpp"

#include <fstream>
#include <sstream>

#include <sys/stat.h>

#include "crypto/primitives/digest.hpp"
#include "crypto/text/base64.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;
using namespace std::string_literals;

namespace {

mode_t mode_of(const std::filesystem::path& file) {
  struct stat status {};
  BOOST_REQUIRE_EQUAL(::stat(file.c_str(), &status), 0);
  return status.st_mode & 07777;
}

std::string read(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

void write(const std::filesystem::path& file, std::string_view text, mode_t mode = 0400) {
  std::filesystem::remove(file);
  std::ofstream(file) << text;
  BOOST_REQUIRE_EQUAL(::chmod(file.c_str(), mode), 0);
}

std::string id_of_metadata(ByteView key) {
  return to_hex(ByteView(hmac_sha256(key, as_bytes("tacit key id"))).first(8));
}

std::string metadata_line(ByteView key, std::string_view state) {
  return id_of_metadata(key) + " " + std::string(state) + " 2026-01-02T03:04:05Z " +
         std::string(base64url_encode(key).text()) + "\n";
}

template <class Ring>
std::string load_error(const std::filesystem::path& file) {
  const auto ring = Ring::load(file);
  return ring ? "loaded" : ring.error().message;
}

constexpr std::string_view header = "tacit-keyring 1 metadata\n";

// The parts of a sound file of one metadata key.
struct Parts {
  Bytes key = random_of(32);
  std::string id = id_of_metadata(key);
  std::string key_text{base64url_encode(key).text()};
  std::string good = metadata_line(key, "primary");
};

// Each fault: a file's content, and what follows the file's name in the message, which contains no key material.
void check_faults(const Parts& parts, const std::vector<std::pair<std::string, std::string>>& faults) {
  const TemporaryFolder folder;
  const auto file = folder / "ring";
  for (const auto& [text, message] : faults) {
    write(file, text);
    const std::string error = load_error<MetadataKeyring>(file);
    BOOST_TEST(error == file.string() + message);
    BOOST_TEST(error.find(parts.key_text.substr(0, 12)) == std::string::npos);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(keyring)

BOOST_AUTO_TEST_CASE(created_rings_load_and_belong_together) {
  const Rings rings;
  BOOST_TEST(mode_of(rings.folder / "private") == 0400u);
  BOOST_TEST(mode_of(rings.folder / "public") == 0444u);
  BOOST_TEST(mode_of(rings.folder / "metadata") == 0440u);
  const auto& primary = rings.root_public.primary();
  const auto* const half = rings.root_private.find(primary.id);
  BOOST_REQUIRE(half != nullptr);
  BOOST_TEST(to_hex(*public_key_of(half->key)) == to_hex(primary.key));
  const Digest id = sha256({as_bytes("tacit key id"), as_bytes("root"), ByteView(primary.key)});
  BOOST_TEST(to_hex(primary.id) == to_hex(ByteView(id).first(8)));
  BOOST_TEST(to_hex(rings.metadata.primary().id) == id_of_metadata(rings.metadata.primary().key.view()));
  BOOST_TEST(rings.root_public.find(KeyId{}) == nullptr);
  BOOST_TEST(rings.root_private.find(KeyId{}) == nullptr);
  BOOST_TEST(rings.metadata.find(KeyId{}) == nullptr);
  for (const auto& entry : std::filesystem::directory_iterator(rings.folder.path())) {
    BOOST_TEST(entry.path().filename().string().front() != '.', "left behind: " << entry.path());
  }
}

BOOST_AUTO_TEST_CASE(the_documented_format_is_written) {
  const Rings rings;
  const std::string text = read(rings.folder / "private");
  const auto* const half = rings.root_private.find(rings.root_public.primary().id);
  BOOST_TEST(text.starts_with("tacit-keyring 1 root-private\n" + to_hex(half->id) + " primary 20"));
  BOOST_TEST(text.ends_with("Z " + std::string(base64url_encode(half->key.view()).text()) + "\n"));
}

BOOST_AUTO_TEST_CASE(several_versions_comments_and_empty_lines) {
  const TemporaryFolder folder;
  const Bytes old_key = random_of(32);
  const Bytes new_key = random_of(32);
  write(folder / "ring", "# ours\n\n" + std::string(header) + metadata_line(old_key, "active") + "\n# next\n" +
                             metadata_line(new_key, "primary") + "# end without a line feed");
  const auto ring = MetadataKeyring::load(folder / "ring");
  BOOST_REQUIRE_MESSAGE(ring, load_error<MetadataKeyring>(folder / "ring"));
  BOOST_TEST(ring->entries().size() == 2u);
  BOOST_TEST(to_hex(ring->primary().key.view()) == to_hex(new_key));
  BOOST_TEST(to_hex(ring->find(ring->entries()[0].id)->key.view()) == to_hex(old_key));
}

BOOST_AUTO_TEST_CASE(nothing_is_overwritten) {
  const Rings rings;
  const std::string before = read(rings.folder / "private") + read(rings.folder / "public");
  const auto again = create_root_keyrings(rings.folder / "private", rings.folder / "public");
  BOOST_REQUIRE(!again);
  BOOST_TEST(again.error().message == (rings.folder / "private").string() + ": exists already and is not overwritten");
  BOOST_TEST(!create_metadata_keyring(rings.folder / "metadata"));
  // If one half of a pair cannot be written, the other one is removed.
  const auto half = create_root_keyrings(rings.folder / "new", rings.folder / "public");
  BOOST_REQUIRE(!half);
  BOOST_TEST(half.error().message == (rings.folder / "public").string() + ": exists already and is not overwritten");
  BOOST_TEST(!std::filesystem::exists(rings.folder / "new"));
  BOOST_TEST(read(rings.folder / "private") + read(rings.folder / "public") == before);
  // An existing name is never replaced, not even a dangling link.
  std::filesystem::create_symlink(rings.folder / "nowhere", rings.folder / "link");
  BOOST_TEST(!create_metadata_keyring(rings.folder / "link"));
  BOOST_TEST(!std::filesystem::exists(rings.folder / "nowhere"));
  BOOST_TEST(!create_metadata_keyring(rings.folder / "no folder/ring"));
  const auto files = std::filesystem::directory_iterator(rings.folder.path());
  BOOST_TEST(std::distance(begin(files), end(files)) == 4);
}

BOOST_AUTO_TEST_CASE(a_plain_name_is_of_the_current_folder) {
  const TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const bool made = create_metadata_keyring("ring").has_value();
  const bool loaded = MetadataKeyring::load("ring").has_value();
  std::filesystem::current_path(before);
  BOOST_TEST(made);
  BOOST_TEST(loaded);
}

BOOST_AUTO_TEST_CASE(faults_in_the_header) {
  const Parts parts;
  const std::string no_header = ": is not a keyring: it has no header line";
  const std::string not_the_header = ": line 1 is not the header \"tacit-keyring 1 metadata\"";
  check_faults(
      parts,
      {{"", no_header},
       {"# only this\n", no_header},
       {parts.good, not_the_header},
       {parts.key_text + "\n", not_the_header},
       {"tacit-keyring 2 metadata\n" + parts.good, ": line 1 has a format version that this program does not know"},
       {"tacit-keyring 1 root-private\n" + parts.good, ": line 1 is of a root-private keyring, not of a metadata one"},
       {"tacit-keyring 1 " + parts.key_text + "\n",
        ": line 1 is of a keyring of an unknown kind, not of a metadata one"},
       {"tacit-keyring 1 metadata \n" + parts.good, not_the_header},
       {"tacit-keyring 1 metadata\r" + parts.good, ": line 1 has a carriage return; lines end with a line feed only"},
       {"\xff\xfet\0a\0c\0"s, ": is UTF-16 text; save it as UTF-8"}});
}

BOOST_AUTO_TEST_CASE(faults_in_the_lines_of_keys) {
  const Parts parts;
  const std::string& id = parts.id;
  const std::string& key_text = parts.key_text;
  const std::string head(header);
  const std::string date = " 2026-01-02T03:04:05Z ";
  const std::string short_key(base64url_encode(ByteView(parts.key).first(31)).text());
  const std::string not_four = ": line 2 must have four fields separated by one space: id, state, created, key";
  const std::string bad_id = ": line 2 has an id that is not 16 lower-case hexadecimal digits";
  const std::string bad_base64 = ": line 2 has a key that is not base64url without padding";
  const std::string bad_size = ": line 2 has a key that is not 32 bytes long";
  check_faults(
      parts, {{head, ": has no primary key"},
              {head + metadata_line(parts.key, "active"), ": has no primary key"},
              {head + parts.good + parts.good, ": line 3 has the same id as line 2"},
              {head + parts.good + metadata_line(random_of(32), "primary"),
               ": line 3 is a second primary key; the first is on line 2"},
              {head + head, not_four},
              {head + " " + parts.good, not_four},
              {head + id + " primary" + date + key_text + " \n", not_four},
              {head + id + " primary\t2026-01-02T03:04:05Z " + key_text, not_four},
              {head + id.substr(1) + " primary" + date + key_text, bad_id},
              {head + "ABCDEFABCDEFABCD primary" + date + key_text, bad_id},
              {head + id + " retired" + date + key_text, ": line 2 has a state that is neither primary nor active"},
              {head + id + " primary 2026-02-30T03:04:05Z " + key_text,
               ": line 2 has a creation time that is not a date-time of RFC 3339"},
              {head + id + " primary" + date + key_text + "=", bad_base64},
              {head + id + " primary" + date + key_text + "*", bad_base64},
              {head + id + " primary" + date + short_key, bad_size},
              {head + id + " primary" + date, bad_size},
              {head + "0000000000000000 primary" + date + key_text, ": line 2 has an id that does not match its key"}});
}

BOOST_AUTO_TEST_CASE(additions_by_editors_are_accepted) {
  const TemporaryFolder folder;
  const auto file = folder / "ring";
  const Bytes key = random_of(32);
  std::string line = metadata_line(key, "primary");
  line.pop_back();
  write(file, "\xef\xbb\xbf" + std::string("# a note\r\ntacit-keyring 1 metadata\r\n") + line + "\r\n");
  const auto ring = MetadataKeyring::load(file);
  BOOST_REQUIRE_MESSAGE(ring, ring.error().message);
  BOOST_TEST(to_hex(ring->primary().id) == id_of_metadata(key));
}

BOOST_AUTO_TEST_CASE(root_keys_are_checked) {
  const TemporaryFolder folder;
  const auto file = folder / "ring";
  const auto with_key = [&](std::string_view kind, ByteView key) {
    write(file, "tacit-keyring 1 " + std::string(kind) + "\n0011223344556677 primary 2026-01-02T03:04:05Z " +
                    std::string(base64url_encode(key).text()) + "\n");
  };
  with_key("root-public", Bytes(65, 4));
  BOOST_TEST(load_error<RootPublicKeyring>(file).ends_with("line 2 has a key that is not a point of P-256"));
  with_key("root-public", Bytes(33, 2));
  BOOST_TEST(load_error<RootPublicKeyring>(file).ends_with("line 2 has a key that is not 65 bytes long"));
  with_key("root-public", generate_key_pair().public_key);
  BOOST_TEST(load_error<RootPublicKeyring>(file).ends_with("line 2 has an id that does not match its key"));
  BOOST_TEST(load_error<RootPrivateKeyring>(file).ends_with("is of a root-public keyring, not of a root-private one"));
  with_key("root-private", Bytes(32, 0xff));
  BOOST_TEST(load_error<RootPrivateKeyring>(file).ends_with("line 2 has a key that is not a scalar of P-256"));
  with_key("root-private", Bytes(32, 0));
  BOOST_TEST(load_error<RootPrivateKeyring>(file).ends_with("line 2 has a key that is not a scalar of P-256"));
  with_key("root-private", Bytes(32, 1));
  BOOST_TEST(load_error<RootPrivateKeyring>(file).ends_with("line 2 has an id that does not match its key"));
}

BOOST_AUTO_TEST_CASE(value_throws_the_message) {
  BOOST_CHECK_EXCEPTION(MetadataKeyring::load("/nowhere/ring").value(), std::runtime_error, [](const auto& error) {
    return std::string_view(error.what()) == "/nowhere/ring: cannot be opened: No such file or directory";
  });
}

BOOST_AUTO_TEST_SUITE_END()
