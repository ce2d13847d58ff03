// A small real file system that a test can fill up, in memory or as ext4 in a file. It needs root and the right to
// mount: a test has that as a precondition, so that it is reported as skipped elsewhere. The test has its own mount
// namespace, so that the kernel unmounts the file system at the end of the test's process.
#pragma once

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

namespace tacit::test {

class SmallFileSystem {
 public:
  enum class Kind { memory, ext4 };

  /// Preconditions of tests: whether such file systems can be mounted here.
  static boost::test_tools::assertion_result memory_mounts(boost::unit_test::test_unit_id test);
  static boost::test_tools::assertion_result ext4_mounts(boost::unit_test::test_unit_id test);
  /// Throws if the file system cannot be mounted.
  static SmallFileSystem mount(const std::filesystem::path& folder, Kind kind, unsigned mebibytes);
  SmallFileSystem(SmallFileSystem&& other) noexcept;
  SmallFileSystem& operator=(SmallFileSystem&&) = delete;
  ~SmallFileSystem();

  const std::filesystem::path& path() const { return path_; }
  /// Fills the file system until only that many bytes are left.
  void fill_up(std::uint64_t bytes_left);
  /// Frees the room that `fill_up` took.
  void make_room();

 private:
  static boost::test_tools::assertion_result can_mount(Kind kind);
  explicit SmallFileSystem(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace tacit::test
