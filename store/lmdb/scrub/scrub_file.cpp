#include "store/lmdb/scrub/scrub_file.hpp"

#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/pages/scrub_rules.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t longest_run = 32;

using lmdb::PageNumber;

/// How many of the first pages are adjacent, in descending or ascending order.
std::size_t side_by_side(std::span<const PageNumber> pages) {
  const bool falls = pages.size() > 1 && pages[1] < pages[0];
  std::size_t count = 1;
  const auto next = [&] { return falls ? pages[count - 1] - 1 : pages[count - 1] + 1; };
  while (count < pages.size() && count < longest_run && pages[count] == next()) ++count;
  return count;
}

}  // namespace

ScrubFile::ScrubFile(const LmdbEnv& env)
    : env_(env),
      file_(env.file()),
      page_size_(env.page_size()),
      run_(longest_run * page_size_),
      zeros_(longest_run * page_size_) {}

std::uint64_t ScrubFile::pages() const {
  struct stat status {};
  if (::fstat(file_, &status) != 0 || status.st_size < 0) return 0;
  return static_cast<std::uint64_t>(status.st_size) / page_size_;
}

bool ScrubFile::read(PageNumber page, std::size_t offset, std::span<std::uint8_t> into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const auto at = static_cast<off_t>(page * page_size_ + offset + done);
    const ssize_t got = ::pread(file_, into.data() + done, into.size() - done, at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

std::optional<lmdb::Meta> ScrubFile::meta_of(MDB_txn* snapshot) const {
  std::array<std::uint8_t, lmdb::page_header_size + lmdb::meta_size> bytes{};
  const std::uint64_t transaction = mdb_txn_id(snapshot);
  if (!read(transaction % 2, 0, bytes)) return std::nullopt;
  const lmdb::Meta meta = lmdb::Meta::read(bytes);
  if (meta.magic != lmdb::magic || meta.transaction != transaction) return std::nullopt;
  return meta;
}

PageNumber ScrubFile::last_page() const {
  MDB_envinfo info{};
  mdb_env_info(env_.handle(), &info);
  return info.me_last_pgno;
}

int ScrubFile::zero(std::span<const PageNumber> pages) {
  unsynced_ = unsynced_ || !pages.empty();
  for (std::size_t at = 0; at < pages.size();) {
    const std::size_t run = side_by_side(pages.subspan(at));
    const PageNumber first = std::min(pages[at], pages[at + run - 1]);
    std::size_t done = 0;
    while (done < run * page_size_) {
      const auto place = static_cast<off_t>(first * page_size_ + done);
      const ssize_t wrote = ::pwrite(file_, zeros_.data(), run * page_size_ - done, place);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) return wrote < 0 ? errno : EIO;
      done += static_cast<std::size_t>(wrote);
    }
    at += run;
  }
  return 0;
}

int ScrubFile::sync() {
  if (::fdatasync(file_) != 0) return errno;
  unsynced_ = false;
  return 0;
}

std::size_t ScrubFile::read_run(std::span<const PageNumber> pages) {
  const std::size_t run = side_by_side(pages);
  run_first_ = std::min(pages[0], pages[run - 1]);
  const std::span<std::uint8_t> into(run_.data(), run * page_size_);
  if (read(run_first_, 0, into)) return run;
  // The file may end before pages that were freed before they were ever written.
  std::ranges::fill(into, std::uint8_t{0});
  for (std::size_t i = 0; i < run; ++i) {
    const auto page = into.subspan(i * page_size_, page_size_);
    if (!read(run_first_ + i, 0, page)) std::ranges::fill(page, std::uint8_t{0});
  }
  return run;
}

bool ScrubFile::is_used(std::size_t index) const { return !is_zero(page_of_run(index)); }

lmdb::ByteView ScrubFile::page_of_run(std::size_t index) const {
  return lmdb::ByteView(run_).subspan(index * page_size_, page_size_);
}

}  // namespace tacit::store
