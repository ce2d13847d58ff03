// Read transactions of an LMDB environment, kept between uses: renewing one costs a fraction of a microsecond,
// beginning one takes a slot in a table shared by all processes. Each thread keeps one; a nested read takes another.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

struct MDB_env;
struct MDB_txn;

namespace tacit::store {

class LmdbReaders : public std::enable_shared_from_this<LmdbReaders> {
 public:
  struct Reader {
    MDB_txn* txn = nullptr;
    /// Its own cache line: counting must not slow down other threads.
    alignas(64) std::atomic<std::uint64_t> rows_read{0};
  };

  explicit LmdbReaders(MDB_env* env) : env_(env) {}
  LmdbReaders(const LmdbReaders&) = delete;
  LmdbReaders& operator=(const LmdbReaders&) = delete;

  /// A reader on the newest snapshot, during its lifetime.
  class Lease {
   public:
    explicit Lease(LmdbReaders& readers);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    /// 0, or why there is no snapshot.
    int code() const { return code_; }
    Reader& reader() const { return *reader_; }

   private:
    LmdbReaders& readers_;
    Reader* reader_ = nullptr;
    int code_ = 0;
  };

  std::uint64_t rows_read() const;
  /// Ends every read transaction. No lease may exist, and none may be taken later.
  void close();

 private:
  friend struct ThreadReaders;

  Reader* borrow(int& code);
  void give_back(Reader* reader);

  MDB_env* const env_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Reader>> all_;
  std::vector<Reader*> idle_;
  bool closed_ = false;
};

}  // namespace tacit::store
