// A small real file system, to be filled up: one in memory, or ext4 in a file. Only root can have one; who is not, or
// may not mount, gets none and says so. Mounted in a mount namespace of the test's own, so that it goes with the test
// however that ends.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tacit::test {

class SmallFileSystem {
 public:
  enum class Kind { memory, ext4 };

  /// Nothing if there can be none; then a message of the test says why.
  static std::optional<SmallFileSystem> mount(const std::filesystem::path& folder, Kind kind, unsigned mebibytes);
  SmallFileSystem(SmallFileSystem&& other) noexcept;
  SmallFileSystem& operator=(SmallFileSystem&&) = delete;
  ~SmallFileSystem();

  const std::filesystem::path& path() const { return path_; }
  /// Takes all the room but so much.
  void fill_up(std::uint64_t bytes_left);
  /// Gives back what `fill_up` took.
  void make_room();

 private:
  explicit SmallFileSystem(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace tacit::test
