#include "store/secrets/secret_list_reader.hpp"

#include <algorithm>
#include <utility>

#include "store/audit/recording.hpp"
#include "store/model/failures.hpp"
#include "store/model/tool_pattern.hpp"
#include "store/rows/secret_index.hpp"
#include "store/rows/uses_row.hpp"
#include "store/secrets/bound_secrets.hpp"
#include "store/secrets/secrets.hpp"
#include "store/secrets/stored_state.hpp"
#include "store/slices/turns.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 32;

/// Whether a stored binding matches the query.
bool tool_fits(const std::optional<std::string>& asked, const Metadata& metadata) {
  if (!asked) return true;
  if (!metadata.tool_name) return false;
  return is_pattern(*asked) ? tool_matches(*asked, *metadata.tool_name) : tool_matches(*metadata.tool_name, *asked);
}

/// Where a scan of the tenant's secrets continues after that id: at the next larger key.
RowKey first_key_after(const crypto::Uuid& tenant, const std::optional<crypto::Uuid>& id) {
  if (!id) return {tenant, RowKind::secret};
  return secret_row_key(tenant, *id).add(std::uint8_t{0});
}

/// The rows of the secrets' last uses will be read: an engine that waits asks for them together.
void expect_uses(Transaction& transaction, const crypto::Uuid& tenant, const std::vector<Row>& secrets) {
  const std::size_t before_id = RowKey(tenant, RowKind::secret).view().size();
  for (const Row& row : secrets) {
    const RowKey uses = uses_rows_of(tenant).add(row.key.subspan(before_id));
    transaction.expect(Table::meta, uses.view());
  }
}

}  // namespace

SecretListReader::SecretListReader(ContextPtr store, crypto::Uuid tenant, ListQuery query, AuditContext who)
    : store_(std::move(store)), tenant_(tenant), query_(std::move(query)), who_(std::move(who)), last_(query_.after) {}

Async<bool> SecretListReader::next(Take take) {
  WorkBody<bool> body = [this, &take](Transaction& transaction) { return read(transaction, take); };
  const auto ended = co_await store::read<bool>(*store_->engine, std::move(body));
  if (ended) {
    co_await record_damage();
    co_return *ended;
  }
  const Failure failure = ended.error();
  co_await record_if_altered(store_, tenant_, failure, std::string(), who_);
  co_return failure;
}

/// Records the first altered row of uses alone: a list may meet very many.
boost::asio::awaitable<void> SecretListReader::record_damage() {
  if (!altered_uses_ || std::exchange(altered_uses_recorded_, true)) co_return;
  const Failure failure = altered(*altered_uses_, std::string(store::altered_uses));
  co_await record_if_altered(store_, tenant_, failure, std::string(), who_);
}

/// Loads the tenant in each slice, because the rest of a tenant that is being erased must not be listed.
Task<Outcome<bool>> SecretListReader::read(Transaction& transaction, const Take& take) {
  Slice slice(store_->slice, begun_ ? Slice::Begins::now : Slice::Begins::after_some_steps);
  begun_ = true;
  const auto tenant = co_await load_tenant(transaction, store_->metadata(), tenant_, keys_, store_->serial);
  if (!tenant) co_return tenant.error();
  if (!*tenant) co_return true;
  keys_ = (*tenant)->keys;
  if (query_.secret_name) co_return co_await read_by_name(transaction, **tenant, take);
  if (query_.tool_name && !is_pattern(*query_.tool_name)) {
    co_return co_await read_by_tool(transaction, **tenant, take, slice);
  }
  co_return co_await read_all(transaction, **tenant, take, slice);
}

bool SecretListReader::fits(const Metadata& metadata) const {
  if (!tool_fits(query_.tool_name, metadata)) return false;
  return !query_.expires_before || (metadata.expires_at && *metadata.expires_at < *query_.expires_before);
}

/// Passes on a secret that was read, if it is in the list. False: no more in this slice.
bool SecretListReader::offer(const StoredSecret& secret, SecretInfo& info, const Take& take) {
  ++rows_read_;
  if (!fits(secret.metadata)) return true;
  describe(info, tenant_, secret.id, secret.header, secret.metadata);
  return give(info, take);
}

bool SecretListReader::give(const SecretInfo& info, const Take& take) {
  if (query_.limit && given_ == *query_.limit) {
    page_is_full_ = true;
    next_page_ = last_given_;
    return false;
  }
  ++given_;
  last_given_ = info.id;
  return take(info);
}

/// The same for a list with last uses, of which each is a row.
Task<Outcome<bool>> SecretListReader::offer_with_last_use(Transaction& transaction, const StoredSecret& secret,
                                                          const Take& take) {
  ++rows_read_;
  if (!fits(secret.metadata)) co_return true;
  SecretInfo info = secret_info(tenant_, secret.id, secret.header, secret.metadata);
  const bool page_is_full = query_.limit && given_ == *query_.limit;
  if (!page_is_full) co_await add_last_use(transaction, *store_, info);
  if (!info.damage.empty() && !altered_uses_) altered_uses_ = info.id;
  co_return give(info, take);
}

Task<Outcome<bool>> SecretListReader::read_by_name(Transaction& transaction, const Tenant& tenant, const Take& take) {
  const auto secret = co_await find_by_name(transaction, store_->metadata(), tenant, *query_.secret_name);
  if (!secret && secret.error().code != Errc::not_found) co_return secret.error();
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the zero that `<=>` compares with for a pointer
  if (!secret || (query_.after && secret->id <= *query_.after)) co_return true;
  SecretInfo info;
  Outcome<bool> more = true;
  if (query_.with_last_use) {
    more = co_await offer_with_last_use(transaction, *secret, take);
  } else {
    more = offer(*secret, info, take);
  }
  if (!more) co_return more.error();
  co_return true;
}

Task<Outcome<bool>> SecretListReader::read_by_tool(Transaction& transaction, const Tenant& tenant, const Take& take,
                                                   Slice& slice) {
  const auto prefixes = prefixes_of(tenant);
  if (!prefixes) co_return prefixes.error();
  BoundSecrets bound(transaction, store_->metadata(), tenant, *prefixes, *query_.tool_name, last_);
  if (bound.cost_of_first() > 0) slice.over(bound.cost_of_first());
  SecretInfo info;
  for (;;) {
    const auto next = co_await bound.next();
    if (!next) co_return next.error();
    if (!*next) co_return true;
    const crypto::Uuid id = (*next)->id;
    const std::size_t size = (*next)->row.size() + bytes_of_last_use();
    Outcome<bool> more = true;
    if (query_.with_last_use) {
      more = co_await offer_with_last_use(transaction, **next, take);
    } else {
      more = offer(**next, info, take);
    }
    if (!more) co_return more.error();
    last_ = id;  // after the last wait: an engine that begins this again must not pass the secret over
    if (page_is_full_) co_return true;
    if (slice.over(size) || !*more) co_return false;
  }
}

/// What a slice counts for the row of a secret's uses.
std::size_t SecretListReader::bytes_of_last_use() const { return query_.with_last_use ? most_uses_row_bytes : 0; }

/// One more than fits on the page, to know whether there is a next page.
std::size_t SecretListReader::rows_to_ask_for() const {
  if (!query_.limit || query_.tool_name || query_.expires_before) return rows_at_a_time;
  return std::min(*query_.limit + 1 - given_, rows_at_a_time);
}

Task<Outcome<bool>> SecretListReader::read_all(Transaction& transaction, const Tenant& tenant, const Take& take,
                                               Slice& slice) {
  const MetadataOpener opener = MetadataOpener{store_->metadata(), tenant_, tenant.keys.get(), store_->serial};
  const RowKey prefix(tenant_, RowKind::secret);
  // Of all rows: their strings' memory is used again.
  StoredSecret secret;
  SecretInfo info;
  for (;;) {
    const RowKey start = first_key_after(tenant_, last_);
    const std::size_t ask = rows_to_ask_for();
    const auto rows = co_await transaction.scan(Table::tenants, prefix.view(), start.view(), ask);
    if (query_.with_last_use && transaction.traits().waits) expect_uses(transaction, tenant_, rows);
    for (const Row& row : rows) {
      crypto::Uuid id;
      if (!parse_id(row.key.subspan(prefix.view().size()), id)) {
        co_return altered({}, "a secret's row key is incomplete");
      }
      const auto opened = open_secret(opener, id, row.value, secret);
      if (!opened) co_return opened.error();
      Outcome<bool> more = true;
      if (query_.with_last_use) {
        more = co_await offer_with_last_use(transaction, secret, take);
      } else {
        more = offer(secret, info, take);
      }
      if (!more) co_return more.error();
      last_ = id;  // as above
      if (page_is_full_) co_return true;
      if (slice.over(row.value.size() + bytes_of_last_use()) || !*more) co_return false;
    }
    if (rows.size() < ask) co_return true;
  }
}

namespace {

Async<SecretList> read_to_end(SecretListReader reader) {
  SecretList list;
  SecretListReader::Take take = [&list](const SecretInfo& secret) {
    list.secrets.push_back(secret);
    return true;
  };
  for (;;) {
    const auto ended = co_await reader.next(take);
    if (!ended) co_return ended.error();
    if (*ended) break;
    co_await next_turn();
  }
  list.next = reader.next_page();
  co_return list;
}

}  // namespace

SecretListReader Secrets::read(crypto::Uuid tenant, ListQuery query, AuditContext who) const {
  return {context_, tenant, std::move(query), std::move(who)};
}

Async<SecretList> Secrets::list(crypto::Uuid tenant, ListQuery query, AuditContext who) const {
  return read_to_end(read(tenant, std::move(query), std::move(who)));
}

}  // namespace tacit::store
