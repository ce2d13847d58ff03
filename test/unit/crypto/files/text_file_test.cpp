// Text files: encodings, line ends, sizes, and messages for unreadable ones.
#include "crypto/files/text_file.hpp"

#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "test/temporary_folder.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace std::string_view_literals;

namespace {

std::string plain(std::string_view text) {
  std::string made(text);
  BOOST_TEST(!make_plain_text(made).has_value());
  WipedBytes wiped(as_bytes(text));
  BOOST_TEST(!make_plain_text(wiped).has_value());
  BOOST_TEST(wiped.text() == made);
  return made;
}

// ASCII text as UTF-16: big-endian if the zero comes first.
std::string utf16(std::string_view ascii, bool zero_first) {
  std::string text;
  for (const char c : ascii) text.append(zero_first ? std::string{'\0', c} : std::string{c, '\0'});
  return text;
}

struct Folder {
  std::filesystem::path write(std::string_view content) const { return folder.write("text", content); }
  // The reason for which the file is refused, without its name.
  std::string why(const std::filesystem::path& file, std::size_t most = text_file_limit) const {
    const auto read = read_text_file(file, most);
    BOOST_REQUIRE(read.has_error());
    BOOST_REQUIRE(read.error().message.starts_with(file.string() + ": "));
    return read.error().message.substr(file.string().size() + 2);
  }

  tacit::test::TemporaryFolder folder;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(text_file)

BOOST_AUTO_TEST_CASE(marks_and_carriage_returns_are_removed) {
  BOOST_TEST(plain("") == "");
  BOOST_TEST(plain("a = b\nc\n") == "a = b\nc\n");
  BOOST_TEST(plain("\xef\xbb\xbf") == "");
  BOOST_TEST(plain("\xef\xbb\xbf"
                   "a\r\n\r\nb\r") == "a\n\nb");
  BOOST_TEST(plain("\xef\xbb\xbf\xef\xbb\xbf"
                   "a") == "a");
  // Two files, one after the other.
  BOOST_TEST(plain("\xef\xbb\xbf"
                   "one\n\xef\xbb\xbf"
                   "two\n") == "one\ntwo\n");
}

BOOST_AUTO_TEST_CASE(characters_within_a_line_stay) {
  BOOST_TEST(plain("a\rb \xef\xbb\xbf c\xef\xbb\n") == "a\rb \xef\xbb\xbf c\xef\xbb\n");
}

BOOST_AUTO_TEST_CASE(other_encodings_are_named) {
  for (const bool zero_first : {false, true}) {
    const std::string text = utf16("plane = both\n", zero_first);
    BOOST_TEST(find_encoding_fault(text).value_or("") == "is UTF-16 text; save it as UTF-8");
    std::string marked = (zero_first ? "\xfe\xff" : "\xff\xfe") + text;
    const std::string before = marked;
    BOOST_TEST(make_plain_text(marked).value_or("") == "is UTF-16 text; save it as UTF-8");
    BOOST_TEST(marked == before);
  }
  BOOST_TEST(find_encoding_fault("\xff\xfe\0\0a\0\0\0"sv).value_or("") == "is UTF-32 text; save it as UTF-8");
  BOOST_TEST(find_encoding_fault("\0\0\xfe\xff\0\0\0a"sv).value_or("") == "is UTF-32 text; save it as UTF-8");
  for (const auto text :
       {""sv, "a"sv, "ab"sv, "a\0"sv, "\x30\x82\x01\x00"sv, "\xef\xbb\xbf"sv, "\xc3\xa9t\xc3\xa9"sv}) {
    BOOST_TEST(!find_encoding_fault(text).has_value());
  }
}

BOOST_AUTO_TEST_CASE(secrets_keep_their_bytes) {
  const auto made = [](std::string_view bytes) {
    WipedBytes secret(as_bytes(bytes));
    BOOST_TEST(!make_plain_secret(secret).has_value());
    return std::string(secret.text());
  };
  BOOST_TEST(made("\xef\xbb\xbfs\xc3\xa9same\r\n") == "s\xc3\xa9same\r\n");
  for (const auto bytes : {""sv, "abc\r\ndef"sv, "\xef\xbb\xbf\x01\x02"sv, "\xff\xfe\x10\x20"sv,
                           "\xff\xfe"
                           "ab"sv}) {
    BOOST_TEST(made(bytes) == bytes);
  }
  for (const bool zero_first : {false, true}) {
    WipedBytes secret(as_bytes((zero_first ? "\xfe\xff" : "\xff\xfe") + utf16("secret\r\n", zero_first)));
    BOOST_TEST(make_plain_secret(secret).value_or("") == "is UTF-16 text; save it as UTF-8");
  }
}

BOOST_FIXTURE_TEST_CASE(files_are_read_whole, Folder) {
  std::string long_text(300'000, 'x');
  long_text += "\r\nend";
  const auto read = read_text_file(write(long_text));
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->size() == 300'004u);
  BOOST_TEST(read->ends_with("x\nend"));
  BOOST_TEST(*read_text_file(write("abc"), 3) == "abc");
  BOOST_TEST(read_text_file(write(""))->empty());
}

BOOST_FIXTURE_TEST_CASE(an_unreadable_file_has_a_reason, Folder) {
  BOOST_TEST(why(folder.path()) == "is a directory");
  BOOST_TEST(why(folder / "none") == "cannot be read: No such file or directory");
  BOOST_TEST(why(write(std::string(2049, 'a')), 2048) == "is larger than 2 KiB");
  BOOST_TEST(why(write("\xff\xfe" + utf16("a = b", false))) == "is UTF-16 text; save it as UTF-8");
}

BOOST_FIXTURE_TEST_CASE(a_named_pipe_is_refused_at_once, Folder) {
  const auto pipe = write("").parent_path() / "pipe";
  BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto read = read_text_file(pipe);
  BOOST_REQUIRE(read.has_error());
  BOOST_TEST(read.error().message == pipe.string() + ": is not a regular file");
}

BOOST_FIXTURE_TEST_CASE(a_pipe_is_read_too, Folder) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  BOOST_REQUIRE(::write(ends[1], "a\r\n", 3) == 3);
  ::close(ends[1]);
  const auto read = read_text_file("/dev/fd/" + std::to_string(ends[0]));
  ::close(ends[0]);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(*read == "a\n");
}

BOOST_AUTO_TEST_SUITE_END()
