// A change of signing keys that is interrupted after any file: the same change again gives the state that the whole
// change gives.
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "test/unit/crypto/keyrings/signing_edit_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

/// The contents of the five rings; a missing file is not contained.
using Contents = std::map<std::filesystem::path, std::string>;

std::vector<std::filesystem::path> in_order_of_writing(const SigningFiles& files) {
  return {files.root_signing, files.audit_api, files.audit_tools, files.audit_operator, files.root_public};
}

Contents contents_of(const SigningFiles& files) {
  Contents contents;
  for (const auto& file : in_order_of_writing(files)) {
    if (std::filesystem::exists(file)) contents[file] = content_of(file);
  }
  return contents;
}

/// Puts the state back in which only the first `written` changed files have their new content.
void interrupt(const SigningFiles& files, const Contents& before, std::size_t written) {
  const Contents after = contents_of(files);
  for (const auto& file : in_order_of_writing(files)) {
    const auto old = before.find(file);
    if (old != before.end() && old->second == after.at(file)) continue;
    if (old == before.end() && !after.contains(file)) continue;
    if (written > 0) {
      --written;
    } else if (old == before.end()) {
      std::filesystem::remove(file);
    } else {
      write_file(file, old->second, file == files.root_public ? 0444 : 0400);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signing_edit_interruption)

BOOST_AUTO_TEST_CASE(an_interrupted_first_addition_is_completed) {
  for (std::size_t written = 0; written <= 5; ++written) {
    const SigningDeployment deployment;
    const Contents before = contents_of(deployment.files);
    const KeyId first = deployment.add(SigningRole::root);
    interrupt(deployment.files, before, written);
    const KeyId again = deployment.add(SigningRole::root);
    const bool completed = written >= 1 && written < 5;
    BOOST_TEST((again == first) == completed, "after " << written << " files");
    BOOST_TEST(deployment.signers().entries().size() == (written == 5 ? 5U : 4U));
    for (const SigningRole role : signing_roles) {
      for (const KeyId& half : deployment.halves(role)) BOOST_TEST(deployment.signers().find(half) != nullptr);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_interrupted_addition_is_completed) {
  for (const SigningRole role : signing_roles) {
    const SigningDeployment deployment;
    deployment.add(SigningRole::root);
    const Contents before = contents_of(deployment.files);
    const KeyId first = deployment.add(role);
    interrupt(deployment.files, before, 1);
    BOOST_TEST(deployment.signers().find(first) == nullptr);
    BOOST_TEST((deployment.add(role) == first));
    BOOST_TEST(deployment.halves(role).size() == 2U);
    BOOST_TEST(deployment.signers().entries().size() == 5U);
  }
}

BOOST_AUTO_TEST_CASE(an_interrupted_promotion_is_repeated) {
  for (std::size_t written = 0; written < 2; ++written) {
    const SigningDeployment deployment;
    deployment.add(SigningRole::root);
    const KeyId id = deployment.add(SigningRole::root);  // another than the marked one of the private ring
    const KeyId next_api = deployment.add(SigningRole::api);
    const Contents before = contents_of(deployment.files);
    deployment.promote(id);
    const Contents after = contents_of(deployment.files);
    interrupt(deployment.files, before, written);
    BOOST_TEST((deployment.phase() == SigningPhase::none));
    deployment.promote(id);
    BOOST_TEST((contents_of(deployment.files) == after), "after " << written << " files");
    BOOST_TEST((deployment.signers().find(next_api)->state == SignerState::active));
  }
}

BOOST_AUTO_TEST_CASE(an_interrupted_retirement_is_repeated) {
  for (const SigningRole role : signing_roles) {
    const SigningDeployment deployment;
    deployment.promote(deployment.add(SigningRole::root));
    const KeyId old = deployment.signers().primary(role)->id;
    deployment.promote(deployment.add(role));
    const Contents before = contents_of(deployment.files);
    deployment.retire(old, 5);
    const Contents after = contents_of(deployment.files);
    interrupt(deployment.files, before, 1);
    BOOST_TEST((deployment.signers().find(old)->state == SignerState::active));
    BOOST_TEST(deployment.refusal_to_promote(old).find("has no key") != std::string::npos);
    deployment.retire(old, 5);
    BOOST_TEST((contents_of(deployment.files) == after));
  }
}

BOOST_AUTO_TEST_SUITE_END()
