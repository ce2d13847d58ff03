#include "server/systemd/unit_file.hpp"

#include <glob.h>

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include "crypto/files/text_file.hpp"
#include "server/systemd/environment_file.hpp"

namespace tacit::server {
namespace {

using Path = std::filesystem::path;

constexpr std::size_t longest_file = std::size_t{1} << 20;

/// The words of a line, without quotes around words or parts of words.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool inside = false;
  char quote = '\0';
  for (const char c : line) {
    if (quote != '\0' ? c == quote : c == '"' || c == '\'') {
      quote = quote != '\0' ? '\0' : c;
      inside = true;
    } else if (quote == '\0' && (c == ' ' || c == '\t')) {
      if (inside) words.push_back(std::exchange(word, {}));
      inside = false;
    } else {
      word += c;
      inside = true;
    }
  }
  if (inside) words.push_back(std::move(word));
  return words;
}

/// The lines without comments. A backslash at a line's end joins it with the next line.
std::vector<std::string> lines_of(const Path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  std::string whole;
  std::size_t read = 0;
  for (std::string line; std::getline(in, line) && read < longest_file;) {
    read += line.size() + 1;
    const auto begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos || line[begin] == '#' || line[begin] == ';') continue;
    const bool goes_on = line.ends_with('\\');
    if (goes_on) line.back() = ' ';
    whole += line;
    if (goes_on) continue;
    const auto from = whole.find_first_not_of(" \t");
    if (from != std::string::npos) lines.push_back(whole.substr(from));
    whole.clear();
  }
  return lines;
}

/// %d/NAME or ${CREDENTIALS_DIRECTORY}/NAME; empty if it is another path.
std::string credential_name(std::string_view path) {
  for (const std::string_view begin : {"%d/", "${CREDENTIALS_DIRECTORY}/", "$CREDENTIALS_DIRECTORY/"}) {
    if (path.starts_with(begin)) return std::string(path.substr(begin.size()));
  }
  return {};
}

class Reader {
 public:
  void file(const Path& file);
  Unit take();

 private:
  void line(const std::string& key, const std::string& value);
  void credential(const std::string& value, bool sealed);
  void stand_in(const std::string& value);
  void variables(const std::string& value);
  void environment_file(std::string value);
  void add_files();
  void command(const std::string& value);

  Unit unit_;
  std::string group_;                                            ///< the last Group=
  std::vector<std::pair<std::string, bool>> environment_files_;  ///< path or pattern, and whether it must exist
  std::map<std::string, UnitCredential> credentials_;
  std::map<std::string, std::string> stand_ins_;  ///< credential → content
  std::map<std::string, std::string> wanted_;     // setting → credential
};

void Reader::file(const Path& file) {
  bool in_service = false;
  for (const std::string& text : lines_of(file)) {
    if (text.front() == '[') {
      in_service = text.starts_with("[Service]");
      continue;
    }
    const auto equals = text.find('=');
    if (!in_service || equals == std::string::npos) continue;
    const auto key_end = text.find_last_not_of(" \t", equals == 0 ? 0 : equals - 1);
    const auto value_begin = text.find_first_not_of(" \t", equals + 1);
    line(text.substr(0, key_end + 1), value_begin == std::string::npos ? "" : text.substr(value_begin));
  }
}

// An empty value clears a list.
void Reader::line(const std::string& key, const std::string& value) {
  if (key == "User") unit_.user = value;
  if (key == "Group" && !value.empty()) unit_.groups.push_back(group_ = value);
  if (key == "SupplementaryGroups") {
    if (value.empty()) std::erase_if(unit_.groups, [this](const std::string& group) { return group != group_; });
    for (std::string& group : words_of(value)) unit_.groups.push_back(std::move(group));
  }
  if (key == "LoadCredential") credential(value, false);
  if (key == "LoadCredentialEncrypted") credential(value, true);
  if (key == "SetCredential") stand_in(value);
  if (key == "Environment") variables(value);
  if (key == "EnvironmentFile") environment_file(value);
  if (key == "ExecStart") command(value);
}

void Reader::credential(const std::string& value, bool sealed) {
  if (value.empty()) return credentials_.clear();
  const auto colon = value.find(':');
  if (colon == std::string::npos) return;
  const std::string name = value.substr(0, colon);
  credentials_[name] = {.name = name, .source = value.substr(colon + 1), .sealed = sealed};  // the later one overrides
}

void Reader::stand_in(const std::string& value) {
  if (value.empty()) return stand_ins_.clear();
  const auto colon = value.find(':');
  if (colon != std::string::npos) stand_ins_[value.substr(0, colon)] = value.substr(colon + 1);
}

void Reader::variables(const std::string& value) {
  if (value.empty()) return unit_.environment.clear();
  for (const std::string& word : words_of(value)) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || !word.starts_with("TACIT_")) continue;
    unit_.environment[word.substr(0, equals)] = word.substr(equals + 1);
  }
}

void Reader::environment_file(std::string value) {
  if (value.empty()) return environment_files_.clear();
  const bool needed = !value.starts_with('-');
  if (!needed) value.erase(0, 1);
  const std::vector<std::string> words = words_of(value);
  // A path with a specifier belongs to an instance of a template, which this unit is not.
  if (words.empty() || words.front().find('%') != std::string::npos) return;
  environment_files_.emplace_back(words.front(), needed);
}

/// Files override Environment=, and later files override earlier ones.
void Reader::add_files() {
  for (const auto& [pattern, needed] : environment_files_) {
    glob_t found{};
    bool is_there = ::glob(pattern.c_str(), 0, nullptr, &found) == 0 && found.gl_pathc > 0;
    for (std::size_t i = 0; is_there && i < found.gl_pathc; ++i) {
      const auto text = crypto::read_text_file(found.gl_pathv[i]);
      is_there = text.has_value();
      if (!text) break;
      for (auto& [name, value] : parse_environment_file(*text)) {
        if (name.starts_with("TACIT_")) unit_.environment[name] = value;
      }
    }
    ::globfree(&found);
    if (!is_there && needed) unit_.missing.emplace_back(pattern);
  }
}

void Reader::command(const std::string& value) {
  wanted_.clear();
  unit_.plane.clear();
  std::vector<std::string> words = words_of(value);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("--")) continue;
    const auto equals = words[i].find('=');
    const std::string option = words[i].substr(2, equals == std::string::npos ? equals : equals - 2);
    std::string text = equals != std::string::npos ? words[i].substr(equals + 1) : "";
    if (equals == std::string::npos && i + 1 < words.size()) text = words[i + 1];
    if (option == "plane") unit_.plane = text;
    if (std::string name = credential_name(text); !name.empty()) wanted_[option] = std::move(name);
  }
}

Unit Reader::take() {
  add_files();
  for (const auto& [setting, name] : wanted_) {
    const auto found = credentials_.find(name);
    if (found == credentials_.end()) continue;
    UnitCredential& credential = unit_.settings.emplace(setting, found->second).first->second;
    const auto instead = stand_ins_.find(name);
    if (instead != stand_ins_.end()) credential.instead = instead->second;
  }
  return std::move(unit_);
}

}  // namespace

std::span<const std::filesystem::path> unit_directories() {
  static const std::vector<Path> directories{"/usr/lib/systemd/system", "/usr/local/lib/systemd/system",
                                             "/run/systemd/system", "/etc/systemd/system"};
  return directories;
}

std::optional<Unit> read_unit(const std::string& name, std::span<const std::filesystem::path> directories) {
  Path unit;
  std::map<std::string, Path> drop_ins;  // ordered by name, whatever their directories
  std::error_code error;
  for (const Path& directory : directories) {
    if (std::filesystem::is_regular_file(directory / name, error)) unit = directory / name;
    for (const auto& entry : std::filesystem::directory_iterator(directory / (name + ".d"), error)) {
      if (entry.path().extension() == ".conf") drop_ins[entry.path().filename().string()] = entry.path();
    }
  }
  if (unit.empty()) return std::nullopt;
  Reader reader;
  reader.file(unit);
  for (const auto& [file, path] : drop_ins) reader.file(path);
  Unit result = reader.take();
  result.name = name;
  return result;
}

}  // namespace tacit::server
