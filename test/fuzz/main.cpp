// What libFuzzer calls, and `--prepare FOLDER`, which writes a target's seeds and dictionary there. A program has
// several targets; it is called by a link that is named like one of them.
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "crypto/text/hex.hpp"
#include "test/fuzz/fuzz.hpp"

namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, std::string_view content) {
  std::ofstream out(file, std::ios::binary);
  out << content;
  if (!out.flush()) {
    std::fprintf(stderr, "%s: cannot be written\n", file.c_str());
    std::exit(1);
  }
}

/// A line of a dictionary: the word in quotes, with escapes as libFuzzer reads them.
std::string line_of(std::string_view word) {
  std::string line = "\"";
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F && c != '"' && c != '\\') {
      line.push_back(c);
    } else {
      line.append("\\x").append({tacit::crypto::hex_digits[byte >> 4U], tacit::crypto::hex_digits[byte & 15U]});
    }
  }
  return line + "\"\n";
}

const tacit::fuzz::Target* chosen = nullptr;

/// Ends the process unless the program has a target of that name.
void choose(const fs::path& program) {
  const std::string name = program.filename().string();
  for (chosen = tacit::fuzz::Target::first; chosen != nullptr && chosen->name != name;) chosen = chosen->next;
  if (chosen != nullptr) return;
  std::fprintf(stderr, "%s: is not the name of a target; call it by one of the links in bin/fuzz\n", name.c_str());
  std::exit(2);
}

[[noreturn]] void prepare(const fs::path& folder) {
  const tacit::fuzz::Description target = chosen->describe();
  fs::create_directories(folder / "seeds");
  std::size_t number = 0;
  for (const std::string& seed : target.seeds) write(folder / "seeds" / std::to_string(++number), seed);
  std::string words;
  for (const std::string& word : target.words) words += line_of(word);
  write(folder / "words", words);
  std::exit(0);
}

}  // namespace

/// Puts the target's own options first, so that the command line can override them.
extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  choose((*arguments)[0]);
  if (*count == 3 && std::strcmp((*arguments)[1], "--prepare") == 0) prepare((*arguments)[2]);
  static std::string size = "-max_len=" + std::to_string(chosen->describe().max_size);
  static std::array<char, 16> time{"-timeout=10"};
  static std::array<char, 24> memory{"-rss_limit_mb=1024"};
  static std::vector<char*> all{(*arguments)[0], size.data(), time.data(), memory.data()};
  all.insert(all.end(), *arguments + 1, *arguments + *count);
  *count = static_cast<int>(all.size());
  all.push_back(nullptr);
  *arguments = all.data();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->take(tacit::crypto::as_text({data, size}));
  return 0;
}
