// A small real file system, to be filled up: one in memory, or ext4 in a file. Only root can have one, and where
// mounting is allowed: a test needs that as a precondition, so that it shows as skipped elsewhere. Mounted in a mount
// namespace of the test's own, so that it goes with the test however that ends.
#pragma once

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

namespace tacit::test {

class SmallFileSystem {
 public:
  enum class Kind { memory, ext4 };

  /// Preconditions of tests: whether there can be such file systems here.
  static boost::test_tools::assertion_result memory_mounts(boost::unit_test::test_unit_id test);
  static boost::test_tools::assertion_result ext4_mounts(boost::unit_test::test_unit_id test);
  /// Throws if there can be none.
  static SmallFileSystem mount(const std::filesystem::path& folder, Kind kind, unsigned mebibytes);
  SmallFileSystem(SmallFileSystem&& other) noexcept;
  SmallFileSystem& operator=(SmallFileSystem&&) = delete;
  ~SmallFileSystem();

  const std::filesystem::path& path() const { return path_; }
  /// Takes all the room but so much.
  void fill_up(std::uint64_t bytes_left);
  /// Gives back what `fill_up` took.
  void make_room();

 private:
  static boost::test_tools::assertion_result can_mount(Kind kind);
  explicit SmallFileSystem(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace tacit::test
