// Adding, promoting and retiring keys, interruptions and concurrent edits included.
#include "crypto/keyrings/keyring_edit.hpp"

#include <fstream>
#include <sstream>

#include <sys/stat.h>
#include <unistd.h>

#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

std::string read(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

void write(const std::filesystem::path& file, const std::string& text, mode_t mode) {
  std::filesystem::remove(file);
  std::ofstream(file) << text;
  BOOST_REQUIRE_EQUAL(::chmod(file.c_str(), mode), 0);
}

struct Folder {
  Folder() {
    BOOST_REQUIRE(create_root_keyrings(file("private"), file("public")));
    BOOST_REQUIRE(create_metadata_keyring(file("metadata")));
  }
  std::filesystem::path file(const char* name) const { return folder / name; }
  KeyringEdit root() const {
    auto edit = KeyringEdit::open_root(file("private"), file("public"));
    BOOST_REQUIRE_MESSAGE(edit, edit.error().message);
    return std::move(*edit);
  }
  KeyringEdit metadata() const {
    auto edit = KeyringEdit::open_metadata(file("metadata"));
    BOOST_REQUIRE_MESSAGE(edit, edit.error().message);
    return std::move(*edit);
  }
  RootPublicKeyring publics() const { return *RootPublicKeyring::load(file("public")); }
  RootPrivateKeyring privates() const { return *RootPrivateKeyring::load(file("private")); }
  struct stat status(const char* name) const {
    struct stat found {};
    BOOST_REQUIRE_EQUAL(::stat(file(name).c_str(), &found), 0);
    return found;
  }
  KeyId add_root() const {
    KeyringEdit edit = root();
    const auto id = edit.add();
    BOOST_REQUIRE(id);
    BOOST_REQUIRE(edit.apply());
    return *id;
  }
  std::size_t files() const {
    const auto all = std::filesystem::directory_iterator(folder.path());
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  TemporaryFolder folder;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(keyring_edit)

BOOST_AUTO_TEST_CASE(a_metadata_key_is_added_promoted_and_retired) {
  const Folder folder;
  const KeyId first = MetadataKeyring::load(folder.file("metadata"))->primary().id;
  KeyringEdit adding = folder.metadata();
  const auto second = adding.add();
  BOOST_REQUIRE(second);
  BOOST_TEST(MetadataKeyring::load(folder.file("metadata"))->entries().size() == 1U);  // only prepared
  BOOST_REQUIRE(adding.apply());
  {
    const auto ring = MetadataKeyring::load(folder.file("metadata"));
    BOOST_REQUIRE(ring);
    BOOST_TEST(ring->entries().size() == 2U);
    BOOST_TEST((ring->primary().id == first));
    BOOST_TEST(ring->find(*second) != nullptr);
  }
  KeyringEdit promoting = folder.metadata();
  BOOST_TEST(!promoting.promote(first));
  BOOST_TEST(!promoting.promote(KeyId{}));
  BOOST_REQUIRE(promoting.promote(*second));
  BOOST_REQUIRE(promoting.apply());
  BOOST_TEST((MetadataKeyring::load(folder.file("metadata"))->primary().id == *second));
  KeyringEdit retiring = folder.metadata();
  BOOST_TEST(!retiring.retire(*second));
  BOOST_REQUIRE(retiring.retire(first));
  BOOST_REQUIRE(retiring.apply());
  const auto ring = MetadataKeyring::load(folder.file("metadata"));
  BOOST_TEST(ring->entries().size() == 1U);
  BOOST_TEST((ring->primary().id == *second));
  BOOST_TEST(folder.files() == 3U);
}

BOOST_AUTO_TEST_CASE(both_halves_of_a_root_key) {
  const Folder folder;
  const KeyId first = folder.publics().primary().id;
  const KeyId second = folder.add_root();
  BOOST_TEST((folder.publics().primary().id == first));
  const RootPublicKeyring publics = folder.publics();
  const auto privates = RootPrivateKeyring::load(folder.file("private"));
  BOOST_REQUIRE(publics.find(second) != nullptr);
  BOOST_REQUIRE(privates->find(second) != nullptr);
  BOOST_TEST((public_key_of(privates->find(second)->key) == publics.find(second)->key));
  KeyringEdit promoting = folder.root();
  BOOST_REQUIRE(promoting.promote(second));
  BOOST_REQUIRE(promoting.apply());
  BOOST_TEST((folder.publics().primary().id == second));
  KeyringEdit retiring = folder.root();
  BOOST_TEST(!retiring.retire(second));
  BOOST_REQUIRE(retiring.retire(first));
  BOOST_REQUIRE(retiring.apply());
  BOOST_TEST(folder.publics().find(first) == nullptr);
  BOOST_TEST(folder.privates().find(first) == nullptr);
  BOOST_TEST(folder.privates().entries().size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_rest_of_the_text_stays) {
  const Folder folder;
  const std::string before = read(folder.file("metadata"));
  const std::string line = before.substr(before.find('\n') + 1);
  write(folder.file("metadata"), "# ours\n\ntacit-keyring 1 metadata\n# the first\n" + line.substr(0, line.size() - 1),
        0440);
  KeyringEdit adding = folder.metadata();
  const auto second = adding.add();
  BOOST_REQUIRE(adding.apply());
  const std::string text = read(folder.file("metadata"));
  BOOST_TEST(
      text.starts_with("# ours\n\ntacit-keyring 1 metadata\n# the first\n" + line + to_hex(*second) + " active 20"));
  KeyringEdit promoting = folder.metadata();
  BOOST_REQUIRE(promoting.promote(*second));
  BOOST_REQUIRE(promoting.apply());
  std::string demoted = line;
  demoted.replace(demoted.find("primary"), 7, "active");
  BOOST_TEST(read(folder.file("metadata")).starts_with("# ours\n\ntacit-keyring 1 metadata\n# the first\n" + demoted));
}

BOOST_AUTO_TEST_CASE(additions_by_editors_are_accepted) {
  const Folder folder;
  std::string text = "\xef\xbb\xbf" + read(folder.file("metadata"));
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2)) text.insert(at, "\r");
  write(folder.file("metadata"), text, 0440);
  KeyringEdit edit = folder.metadata();
  BOOST_TEST(edit.keys().size() == 1u);
  BOOST_REQUIRE(edit.add());
  BOOST_REQUIRE(edit.apply());
  BOOST_TEST(read(folder.file("metadata")).find('\r') == std::string::npos);
  BOOST_TEST(folder.metadata().keys().size() == 2u);
}

BOOST_AUTO_TEST_CASE(owner_group_and_mode_stay) {
  const Folder folder;
  if (::geteuid() == 0) BOOST_REQUIRE_EQUAL(::chown(folder.file("metadata").c_str(), 0, 65534), 0);
  BOOST_REQUIRE_EQUAL(::chmod(folder.file("metadata").c_str(), 0640), 0);
  const struct stat before = folder.status("metadata");
  KeyringEdit adding = folder.metadata();
  BOOST_REQUIRE(adding.add());
  BOOST_REQUIRE(adding.apply());
  const struct stat after = folder.status("metadata");
  BOOST_TEST(after.st_ino != before.st_ino);
  BOOST_TEST(after.st_uid == before.st_uid);
  BOOST_TEST(after.st_gid == before.st_gid);
  BOOST_TEST(after.st_mode == before.st_mode);
  BOOST_TEST((folder.status("private").st_mode & 07777) == 0400U);
  folder.add_root();
  BOOST_TEST((folder.status("private").st_mode & 07777) == 0400U);
  BOOST_TEST((folder.status("public").st_mode & 07777) == 0444U);
}

// Interruptions between the two files of the root key, for each change: the files' state, and the result of the next
// call.
BOOST_AUTO_TEST_CASE(cut_short_between_the_two_files) {
  const Folder folder;
  const KeyId first = folder.publics().primary().id;
  std::string public_before = read(folder.file("public"));
  const KeyId second = folder.add_root();
  write(folder.file("public"), public_before, 0444);
  {
    const KeyringEdit edit = folder.root();
    BOOST_REQUIRE(edit.find(second) != nullptr);
    BOOST_TEST(!edit.find(second)->has_public);
  }
  BOOST_TEST(!folder.root().promote(second));
  BOOST_TEST((folder.add_root() == second));  // is finished, not repeated
  BOOST_TEST(folder.privates().entries().size() == 2U);
  BOOST_TEST((public_key_of(folder.privates().find(second)->key) == folder.publics().find(second)->key));

  public_before = read(folder.file("public"));
  for (int attempt = 0; attempt < 2; ++attempt) {
    KeyringEdit promoting = folder.root();
    BOOST_REQUIRE(promoting.promote(second));
    BOOST_REQUIRE(promoting.apply());
    if (attempt == 0) write(folder.file("public"), public_before, 0444);
  }
  BOOST_TEST((folder.publics().primary().id == second));

  public_before = read(folder.file("public"));
  for (int attempt = 0; attempt < 2; ++attempt) {
    KeyringEdit retiring = folder.root();
    BOOST_REQUIRE(retiring.retire(first));
    BOOST_REQUIRE(retiring.apply());
    BOOST_TEST(folder.privates().find(first) == nullptr);
    if (attempt == 0) {
      write(folder.file("public"), public_before, 0444);
      BOOST_TEST(!folder.root().promote(first));  // its boxes could not be opened
    }
  }
  BOOST_TEST(folder.publics().find(first) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_promotion_cut_short_and_the_key_retired) {
  const Folder folder;
  const KeyId first = folder.publics().primary().id;
  const KeyId second = folder.add_root();
  const std::string public_before = read(folder.file("public"));
  KeyringEdit promoting = folder.root();
  BOOST_REQUIRE(promoting.promote(second));
  BOOST_REQUIRE(promoting.apply());
  write(folder.file("public"), public_before, 0444);
  KeyringEdit retiring = folder.root();
  BOOST_REQUIRE(retiring.retire(second));
  BOOST_REQUIRE(retiring.apply());
  BOOST_TEST(folder.privates().entries().size() == 1U);
  BOOST_TEST(folder.privates().find(first) != nullptr);
  BOOST_TEST(folder.publics().find(second) == nullptr);
}

BOOST_AUTO_TEST_CASE(edits_exclude_each_other) {
  const Folder folder;
  auto first = folder.metadata();
  const auto second = KeyringEdit::open_metadata(folder.file("metadata"));
  BOOST_REQUIRE(!second);
  BOOST_TEST(
      second.error().message.starts_with(folder.file("metadata").string() + ": is being changed by another process"));
  BOOST_TEST(second.error().is_locked);
  // A process that takes no locks.
  BOOST_REQUIRE(first.add());
  const std::string text = read(folder.file("metadata"));
  write(folder.file("metadata"), text, 0440);
  const auto applied = first.apply();
  BOOST_REQUIRE(!applied);
  BOOST_TEST(applied.error().message.find("was changed by another process during this edit") != std::string::npos);
  BOOST_TEST(read(folder.file("metadata")) == text);
  BOOST_TEST(folder.files() == 3U);
}

BOOST_AUTO_TEST_CASE(remains_of_a_killed_edit_are_removed) {
  const Folder folder;
  write(folder.folder / ".metadata.0123456789abcdef", "keys", 0600);
  write(folder.folder / ".metadata.other", "not ours", 0600);
  static_cast<void>(folder.metadata());
  BOOST_TEST(!std::filesystem::exists(folder.folder / ".metadata.0123456789abcdef"));
  BOOST_TEST(std::filesystem::exists(folder.folder / ".metadata.other"));
}

BOOST_AUTO_TEST_CASE(the_checks_of_reading_apply) {
  const Folder folder;
  BOOST_REQUIRE_EQUAL(::chmod(folder.file("metadata").c_str(), 0444), 0);
  BOOST_TEST(!KeyringEdit::open_metadata(folder.file("metadata")));
  BOOST_REQUIRE_EQUAL(::chmod(folder.file("metadata").c_str(), 0440), 0);
  std::filesystem::create_symlink(folder.file("metadata"), folder.file("link"));
  BOOST_TEST(!KeyringEdit::open_metadata(folder.file("link")));
  BOOST_TEST(!KeyringEdit::open_root(folder.file("public"), folder.file("public")));
  const auto keys = list_keyring(folder.file("public"), "root-public");
  BOOST_REQUIRE(keys);
  BOOST_TEST(keys->size() == 1U);
  BOOST_TEST(keys->front().primary);
  BOOST_TEST(!list_keyring(folder.file("public"), "metadata"));
}

BOOST_AUTO_TEST_SUITE_END()
