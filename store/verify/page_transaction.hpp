// Reads rows page by page: the transaction of store/verify/page_engine.hpp.
#pragma once

#include <array>
#include <deque>
#include <optional>

#include "store/verify/store_pages.hpp"

namespace tacit::store {

/// Rows are copies that stay valid during the next few calls (`kept_results`). A scan may end early, after at least one
/// row, if its rows take much memory.
class PageTransaction final : public Transaction {
 public:
  explicit PageTransaction(StorePages& pages) : pages_(pages) {}

  Task<std::optional<ByteView>> get(Table table, ByteView key) override;
  Task<std::vector<Row>> scan(Table table, ByteView prefix, ByteView start, std::size_t limit) override;
  Task<std::optional<Row>> newest_entry(AuditSlot slot) override;
  Task<std::vector<AuditSlot>> audit_slots() override;
  Task<std::uint64_t> strangers() override;
  Task<std::uint64_t> estimate(Table table) override;

  void put(Table table, ByteView key, ByteView value) override;
  void erase(Table table, ByteView key) override;
  void log(std::string body) override;
  const EngineTraits& traits() const override { return embedded_traits; }

 private:
  struct Tree {
    std::string name;
    lmdb::Tree tree;
    bool sub_trees = false;
  };
  /// The target of a search and its results.
  struct Search {
    const Tree& tree;
    ByteView start;
    std::size_t limit = 0;
    bool backwards = false;
    std::optional<ByteView> before{};  ///< only keys less than this one
    std::size_t bytes = 0;
    std::vector<Row> rows{};
    std::vector<bool> sub_trees{};  ///< for each row: whether it is the root of a tree
  };
  struct Result {
    std::deque<Bytes> held{};
  };

  Tree tables() const;
  std::optional<Tree> find(Table table);
  Search run(Search search);
  /// False once enough rows were found.
  bool visit(Search& search, const PagePlace& place);
  bool visit_child(Search& search, const PagePlace& parent, const lmdb::Page& page, std::size_t index);
  bool take(Search& search, const PagePlace& place, const lmdb::Node& node);
  /// The row's data. std::nullopt if it is unreadable, which was noted.
  std::optional<Bytes> data_of(const Search& search, const PagePlace& place, const lmdb::Node& node);
  void damage(const Search& search, const PagePlace& place, lmdb::PageNumber page, std::string what);
  ByteView hold(Bytes bytes);

  static constexpr std::size_t kept_results = 16;

  StorePages& pages_;
  std::deque<Result> results_;
  std::array<std::optional<Tree>, table_count> found_{};
};

}  // namespace tacit::store
