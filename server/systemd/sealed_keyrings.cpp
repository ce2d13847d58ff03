#include "server/systemd/sealed_keyrings.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <thread>

#include "server/config/keyring_files.hpp"
#include "server/config/settings.hpp"

namespace tacit::server {
namespace {

using Path = std::filesystem::path;
using Clock = std::chrono::steady_clock;

constexpr const char* unseal_program = "/usr/bin/systemd-creds";
/// A TPM may take seconds.
constexpr std::chrono::seconds longest_unsealing{30};
constexpr std::size_t largest = std::size_t{1} << 20;  // systemd's limit for a credential
constexpr std::string_view no_file = "/nonexistent/unjudged-";

/// Waits for the child, and kills it if it takes too long. Returns whether it succeeded.
bool ends_well(pid_t child) {
  const auto until = Clock::now() + longest_unsealing;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (Clock::now() > until) ::kill(child, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Runs systemd-creds with its output to the memory file. Its own messages are discarded.
bool unseal(const UnitCredential& credential, const Descriptor& memory) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, memory.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::array<std::string, 5> words{unseal_program, "decrypt", "--name=" + credential.name, credential.source.string(),
                                   "-"};
  std::array<char*, 6> arguments{};
  std::transform(words.begin(), words.end(), arguments.begin(), [](std::string& word) { return word.data(); });
  char path[] = "PATH=/usr/bin:/bin";
  std::array<char*, 2> environment{path, nullptr};
  pid_t child = 0;
  const int error = ::posix_spawn(&child, unseal_program, &actions, nullptr, arguments.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  return error == 0 && ends_well(child);
}

/// Copies the file without a copy in this process's memory. Returns false, with errno, on failure.
bool copy(const Path& source, const Descriptor& memory) {
  const Descriptor file(::open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return false;
  std::size_t copied = 0;
  while (copied < largest) {
    const ssize_t part = ::sendfile(memory.get(), file.get(), nullptr, largest - copied);
    if (part < 0) return false;
    if (part == 0) return true;
    copied += static_cast<std::size_t>(part);
  }
  errno = EFBIG;
  return false;
}

/// Makes the reader the only user with access, as for a credential.
bool hand_over(const Descriptor& memory, uid_t reader) {
  return ::fchmod(memory.get(), 0400) == 0 &&
         (reader == ::geteuid() || ::fchown(memory.get(), reader, static_cast<gid_t>(-1)) == 0);
}

/// Skips matches followed by a digit, which name another descriptor.
void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    const auto end = at + what.size();
    const bool whole = end == text.size() || text[end] < '0' || text[end] > '9';
    if (whole) text.replace(at, what.size(), with);
    at += whole ? with.size() : what.size();
  }
}

bool write_all(const Descriptor& memory, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(memory.get(), content.data(), content.size());
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Whether the unit's stand-in replaces a missing file.
bool is_replaced(const UnitCredential& credential) {
  return credential.instead && ::access(credential.source.c_str(), F_OK) != 0 && errno == ENOENT;
}

/// Returns false, with errno, on failure.
bool fill(const Descriptor& memory, const UnitCredential& credential) {
  if (is_replaced(credential)) return write_all(memory, *credential.instead);
  return credential.sealed ? unseal(credential, memory) : copy(credential.source, memory);
}

}  // namespace

std::vector<std::pair<std::string, Path>> served_keyrings(const Config& config) {
  std::vector<std::pair<std::string, Path>> keyrings{{"metadata-keyring", config.metadata_keyring},
                                                     {"root-public-keyring", config.root_public_keyring}};
  if (runs_tools(config.plane)) keyrings.emplace_back("root-private-keyring", config.root_private_keyring);
  for (const KeyringFile which : keyring_files) {
    if (server_opens(config.plane, which)) keyrings.emplace_back(row_of(which).setting, place_of(config, which));
  }
  return keyrings;
}

void CredentialStandIns::add(const std::string& setting, const UnitCredential& credential, uid_t reader) {
  StandIn one{
      .setting = setting, .stands_for = credential.source.string(), .memory = Descriptor(), .path = {}, .judged = true};
  const std::string of = setting + ": " + one.stands_for;
  const bool replaced = is_replaced(credential);
  if (!replaced && ::access(credential.source.c_str(), F_OK) != 0 && errno == ENOENT) {
    problems_.push_back(of + ": " + std::strerror(errno));
    one.judged = false;
  } else if (!replaced && credential.sealed && ::geteuid() != 0) {
    notes_.push_back(of + " is sealed and was not checked: only root can unseal it");
    one.judged = false;
  } else if (!replaced && credential.sealed && ::access(unseal_program, X_OK) != 0) {
    notes_.push_back(of + " is sealed and was not checked: systemd-creds is not installed");
    one.judged = false;
  } else {
    one.memory = Descriptor(::memfd_create("tacit-credential", MFD_CLOEXEC));
    errno = 0;
    const bool filled = one.memory && fill(one.memory, credential);
    if (!filled) {
      problems_.push_back(of + (credential.sealed ? " cannot be unsealed on this host as the credential " +
                                                        credential.name + "; seal the keyring again"
                                                  : std::string(": ") + std::strerror(errno)));
    }
    one.judged = filled && hand_over(one.memory, reader);
  }
  one.path = one.judged ? Path(one.memory.path()) : Path(std::string(no_file) + setting);
  all_.push_back(std::move(one));
}

void CredentialStandIns::open(const Unit& unit, uid_t reader) {
  for (const auto& [setting, credential] : unit.settings) add(setting, credential, reader);
}

void CredentialStandIns::open_beside(const Config& config, uid_t reader) {
  for (const auto& [setting, file] : served_keyrings(config)) {
    const auto is_same = [&name = setting](const StandIn& one) { return one.setting == name; };
    const bool there = std::any_of(all_.begin(), all_.end(), is_same);
    if (there || file.empty() || ::access(file.c_str(), F_OK) == 0) continue;
    const Path sealed = file.string() + ".cred";
    if (::access(sealed.c_str(), F_OK) != 0) continue;
    add(setting, {.name = file.filename().string(), .source = sealed, .sealed = true}, reader);
  }
}

void CredentialStandIns::use(Config& config) const {
  for (const StandIn& one : all_) {
    if (const Setting* setting = find_setting(one.setting)) setting->set(config, one.path.string());
  }
}

std::string CredentialStandIns::with_names(std::string sentence) const {
  for (const StandIn& one : all_) replace_all(sentence, one.path.string(), one.stands_for);
  return sentence;
}

bool CredentialStandIns::is_about_unjudged(const std::string& sentence) const {
  return sentence.find(no_file) != std::string::npos;
}

bool CredentialStandIns::any_unjudged() const {
  return std::any_of(all_.begin(), all_.end(), [](const StandIn& one) { return !one.judged; });
}

}  // namespace tacit::server
