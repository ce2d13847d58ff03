#include "test/integration/fallen_api/takeover.hpp"

#include <utility>

#include "auth/api_keys/api_key_format.hpp"
#include "store/audit/audit_checkpoint.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/row_key.hpp"
#include "test/integration/fallen_api/forged_log.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/succeeding_command.hpp"

namespace tacit::test {
namespace {

/// The release of the secret of `rebound` is no longer there.
void hide_the_release(std::string& body) {
  const std::string tool = R"("tool":"tool_rebound")";
  const std::size_t found = body.find(tool);
  if (found != std::string::npos) body.replace(found, tool.size(), R"("tool":"tool_hidden")");
}

void rewrite(FallenDeployment& fallen) {
  rewrite_log(fallen.attacker, newest_of(fallen.attacker, "secret.release").mark.sequence, hide_the_release);
  expect_alarm(fallen, *fallen.tools);
  expect_alarm(fallen, *fallen.api);
}

void plant_key_pairs(FallenDeployment& fallen, const Targets& targets) {
  Attacker& attacker = fallen.attacker;
  attacker.plant_key(targets.newcomer.id, attacker.own_key(targets.newcomer.id));
  CHECK_STATUS(fallen.create(targets.newcomer, "first"), 500);

  attacker.plant_key(targets.replaced.id, attacker.own_certified_key(attacker.own_signer()));
  CHECK_STATUS(fallen.change(targets.replaced, targets.of_replaced, {{"secret_value", "another value"}}), 500);
  CHECK_STATUS(fallen.release(targets.replaced, "tool_replaced"), 500);

  const auto key_of_one = attacker.record_of(targets.one.id).key;
  const auto key_of_two = attacker.record_of(targets.two.id).key;
  attacker.plant_key(targets.one.id, key_of_two.value());
  attacker.plant_key(targets.two.id, key_of_one.value());
  CHECK_STATUS(fallen.release(targets.one, "tool_ones"), 500);
  fallen.make(targets.one, "exchanged");  // to the genuine pair of another tenant
}

/// Returns the prekey's number.
std::string plant_prekey(Attacker& attacker) {
  const crypto::TenantKey own = attacker.own_certified_key(attacker.audit_key());
  const crypto::KeyNumber number = own.certificate->number;
  attacker.put(
      {{.table = store::Table::meta, .key = store::prekey_row_key(number), .value = store::encode_prekey(own)}});
  return crypto::to_hex(number);
}

void change_secrets(FallenDeployment& fallen, const Targets& targets) {
  const Attacker& attacker = fallen.attacker;
  attacker.rebind(targets.rebound.id, targets.of_rebound, {.tool_name = "attackers_tool"});
  REQUIRE_STATUS(fallen.release(targets.rebound, "attackers_tool"), 200);  // served, and named by the checks
  attacker.put({targets.old_row});
  attacker.change_record(targets.strict.id, [](store::TenantRecord& record) { record.limits.strict_binding.reset(); });
  attacker.change_record(targets.one.id, [](store::TenantRecord& record) { record.own_limit = 1U << 30; });
}

void plant_api_key(FallenDeployment& fallen, const Victim& victim, Planted& planted) {
  const auth::GeneratedApiKey made = auth::generate_api_key();
  store::ApiKey key;
  key.id = made.id;
  key.tenant = uuid_of(victim.id);
  key.name = "planted";
  key.scopes = store::api_scopes;
  key.secret_hash = made.secret_hash;
  key.created_at = store::now_microseconds();
  key.changed_at = key.created_at;
  fallen.attacker.change([&](store::Transaction& transaction) {
    const crypto::Bytes row = store::encode_api_key(key, *fallen.attacker.keys().metadata);
    transaction.put(store::Table::api_keys, crypto::as_bytes(key.id), row);
    transaction.put(store::Table::tenants, store::api_key_index_row_key(key.tenant, key.id).view(), {});
  });
  planted.api_key_id = key.id;
  planted.api_key = made.text.text();
  CHECK_STATUS(Client(*fallen.api, planted.api_key).get(secrets_path), 200);
}

void plant_marks(FallenDeployment& fallen, const Victim& victim) {
  const Attacker& attacker = fallen.attacker;
  attacker.change([&](store::Transaction& transaction) {
    store::put_erasure_mark(transaction, uuid_of(victim.id), *attacker.keys().metadata);
  });
  fallen.expect_value(victim, "erasing");
  const store::AuditCheckpoint checkpoint{.through = newest_of(attacker, "secret.create").mark,
                                          .pruned_at = store::now_microseconds(),
                                          .pruned_by = "operator:root"};
  const crypto::ByteView key = store::checkpoint_key();
  attacker.put({{.table = store::Table::meta,
                 .key = crypto::Bytes(key.begin(), key.end()),
                 .value = store::encode_checkpoint(checkpoint, attacker.audit_key(), attacker.keys().store())}});
}

}  // namespace

Targets::Targets(FallenDeployment& fallen)
    : newcomer(fallen.new_victim()),
      replaced(fallen.new_victim_with("replaced", of_replaced)),
      one(fallen.new_victim_with("ones", of_one)),
      two(fallen.new_victim_with("twos", of_two)),
      rebound(fallen.new_victim_with("rebound", of_rebound)),
      rolled_back(fallen.new_victim_with("rolled", of_rolled_back)),
      erasing(fallen.new_victim_with("erasing", of_erasing)),
      strict(fallen.new_victim_with("strict", of_strict)) {
  old_row = fallen.attacker.secret_row_of(rolled_back.id, of_rolled_back);
  REQUIRE_STATUS(fallen.change(rolled_back, of_rolled_back, {{"secret_value", "a newer value"}}), 200);
  succeed(fallen.deployment, {"limits", "set", "--tenant", strict.id, "--strict-binding", "on"});
  succeed(fallen.deployment, {"tenant", "rekey", "--tenant", strict.id});
  fallen.expect_value(rebound, "rebound");
  fallen.make(erasing, "newest");
}

std::vector<Victim> Targets::all() const {
  return {newcomer, replaced, one, two, rebound, rolled_back, erasing, strict};
}

Planted take_over(FallenDeployment& fallen, const Targets& targets) {
  Planted planted;
  rewrite(fallen);
  plant_key_pairs(fallen, targets);
  planted.prekey = plant_prekey(fallen.attacker);
  change_secrets(fallen, targets);
  plant_api_key(fallen, targets.rebound, planted);
  plant_marks(fallen, targets.erasing);
  BOOST_TEST(fallen.attacker.opened().values.empty());
  return planted;
}

}  // namespace tacit::test
