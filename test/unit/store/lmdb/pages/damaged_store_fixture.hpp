// A store's file as bytes to damage, for the tests of its checks.
#pragma once

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <fstream>
#include <functional>
#include <string>

#include "store/audit/audit_trail.hpp"
#include "store/lmdb/pages/lmdb_pages.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/store_fixture.hpp"

namespace tacit::store::testing {

/// A store that was used: trees of several levels, rows that are long, pages that are free.
struct UsedStore : StoreFixture {
  UsedStore() {
    std::vector<crypto::Uuid> ids;
    for (int i = 0; i < 600; ++i) {
      const std::string number = std::to_string(i);
      const auto tenant = tenant_id(static_cast<std::uint8_t>(1 + i % 3));
      const auto made =
          i % 4 == 0 ? wait(store().secrets().create(tenant, new_secret(number, std::string(1024, 'v')), who()))
                     : wait(store().secrets().create(tenant, new_default(number, "tool" + number, "key"), who()));
      BOOST_REQUIRE(made);
      if (i % 5 == 0) BOOST_REQUIRE(wait(store().secrets().remove(tenant, made->id, who())));
    }
    // An entry that has pages of its own.
    AuditEvent event;
    event.action = AuditAction::tool_refused;
    event.reason = std::string(20000, 'r');
    BOOST_REQUIRE(wait(store().audit().record(std::move(event), who())));
    close();
    bytes = read();
    // Without what was taken ahead of use.
    bytes.resize((newest().last_page + 1) * page_size());
  }

  std::filesystem::path file() const { return folder() / "store" / "data.mdb"; }
  std::string read() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& content) const {
    std::ofstream out(file(), std::ios::binary | std::ios::trunc);
    out << content;
  }
  static crypto::ByteView view(const std::string& content) { return crypto::as_bytes(content); }

  lmdb::Meta newest() const {
    const auto first = lmdb::Meta::read(view(bytes));
    const auto second = lmdb::Meta::read(view(bytes).subspan(first.page_size()));
    return first.transaction > second.transaction ? first : second;
  }
  std::size_t page_size() const { return lmdb::Meta::read(view(bytes)).page_size(); }
  lmdb::Page page(lmdb::PageNumber number) const { return page_of(bytes, number); }
  lmdb::Page page_of(const std::string& content, lmdb::PageNumber number) const {
    return lmdb::Page(view(content).subspan(number * page_size(), page_size()));
  }
  lmdb::Tree table(std::string_view name) const {
    const lmdb::Page root = page(newest().tables.root);
    for (std::size_t i = 0; i < root.nodes(); ++i) {
      if (crypto::as_text(root.node(i).key()) == name) return lmdb::Tree::read(root.node(i).data());
    }
    return {};
  }
  /// The first leaf of a tree.
  lmdb::PageNumber first_leaf(const lmdb::Tree& tree) const {
    lmdb::PageNumber at = tree.root;
    while (page(at).is_branch()) at = page(at).node(0).child();
    return at;
  }
  /// The bytes with a number changed in a page.
  template <class T>
  std::string with(lmdb::PageNumber number, std::size_t at, T value) const {
    std::string changed = bytes;
    std::memcpy(changed.data() + number * page_size() + at, &value, sizeof value);
    return changed;
  }

  std::string bytes;
};

}  // namespace tacit::store::testing
