// The Prometheus text form of numbers; an integration test covers a whole server's metrics.
#include <prometheus/text_serializer.h>

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <utility>

#include "server/metrics/metric_families.hpp"
#include "server/metrics/metrics.hpp"
#include "server/metrics/process_statistics.hpp"

using namespace tacit;
using namespace tacit::server;

namespace {

std::string text_of(MetricFamilies& families) { return prometheus::TextSerializer().Serialize(families.take()); }

}  // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(families_are_written_in_order_and_those_without_metrics_left_out) {
  MetricFamilies families;
  auto second = families.counter("b_total", "Second.");
  families.gauge("c", "Has nothing.");
  families.gauge("a", "Made later.").add(0.5);
  second.add(std::uint64_t{3}, {{"why", "none"}}).add(std::uint64_t{4}, {{"why", "a \"quoted\" \\ word"}});
  BOOST_TEST(text_of(families) ==
             "# HELP b_total Second.\n# TYPE b_total counter\n"
             "b_total{why=\"none\"} 3\nb_total{why=\"a \\\"quoted\\\" \\\\ word\"} 4\n"
             "# HELP a Made later.\n# TYPE a gauge\na 0.5\n");
}

BOOST_AUTO_TEST_CASE(a_histogram_is_cumulative_and_in_the_metric_s_unit) {
  MetricFamilies families;
  store::Distribution counted;
  counted.bounds = {100, 2'500, 1'000'000};
  counted.counts = {5, 0, 2, 1};
  counted.sum = 7'000'000;
  families.histogram("t_seconds", "Times.").add(counted, 1e6);
  BOOST_TEST(text_of(families) ==
             "# HELP t_seconds Times.\n# TYPE t_seconds histogram\nt_seconds_count 8\nt_seconds_sum 7\n"
             "t_seconds_bucket{le=\"0.0001\"} 5\nt_seconds_bucket{le=\"0.0025\"} 5\n"
             "t_seconds_bucket{le=\"1\"} 7\nt_seconds_bucket{le=\"+Inf\"} 8\n");
}

BOOST_AUTO_TEST_CASE(whole_numbers_of_48_bits_are_exact) {
  for (const std::uint64_t number : {std::uint64_t{281'474'976'710'655}, std::uint64_t{98'765'432'109'877}}) {
    MetricFamilies families;
    families.gauge("n", "A number.").add(number);
    const std::string text = text_of(families);
    BOOST_TEST(std::strtod(text.substr(text.rfind(' ')).c_str(), nullptr) == static_cast<double>(number), text);
  }
}

BOOST_AUTO_TEST_CASE(pages_freed_between_two_reads_do_not_wrap) {
  MetricFamilies families;
  store::StoreStatistics statistics;
  statistics.storage.page_bytes = 4096;
  statistics.storage.pages = 100;
  statistics.storage.touched_pages = 10;
  statistics.storage.free_pages = 12;
  add_store_metrics(families, statistics, "/");
  const std::string text = text_of(families);
  BOOST_TEST(text.find("\ntacit_store_used_bytes 0\n") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(each_slot_of_the_audit_log_has_a_series) {
  MetricFamilies families;
  store::StoreStatistics statistics;
  for (const auto& [owner, sequence] : {std::pair(store::SlotOwner::api, 7), std::pair(store::SlotOwner::tools, 3)}) {
    store::AuditMark& head = statistics.audit_heads.emplace_back();
    head.slot = store::slot_of(owner, 1);
    head.sequence = static_cast<std::uint64_t>(sequence);
    head.hash.back() = 1;
  }
  add_store_metrics(families, statistics, std::nullopt);
  const std::string text = text_of(families);
  for (const char* const line :
       {"tacit_audit_sequence{slot=\"api-1\"} 7", "tacit_audit_sequence{slot=\"tools-1\"} 3"}) {
    BOOST_TEST(text.find("\n" + std::string(line) + "\n") != std::string::npos, line << " is not in " << text);
  }
  BOOST_TEST(text.find("tacit_audit_sequence ") == text.find("tacit_audit_sequence Sequence"));
}

BOOST_AUTO_TEST_CASE(signatures_have_metrics_and_figures_that_are_not_known_have_none) {
  store::SigningStatistics signing;
  signing.phase = crypto::SigningPhase::signing;
  signing.heads = {{crypto::SigningRole::api, 7}};
  signing.history_intact = false;
  signing.key_verifications = 3;
  StoreFindings found;
  found.prekeys = 100;
  found.prekeys_low = 512;
  found.refused_keys = 9;
  MetricFamilies families;
  add_signing_metrics(families, signing, found);
  std::string text = text_of(families);
  for (const char* const line : {"tacit_signing_phase 1", "tacit_audit_signatures_total{plane=\"api\"} 7",
                                 "tacit_audit_history_intact 0", "tacit_tenant_key_verifications_total 3",
                                 "tacit_tenant_keys_refused_total 9", "tacit_prekeys 100", "tacit_prekeys_low 512"}) {
    BOOST_TEST(text.find("\n" + std::string(line) + "\n") != std::string::npos, line << " is not in " << text);
  }
  BOOST_TEST(text.find("tacit_tenants_unsigned") == std::string::npos);
  found.unsigned_tenants = 4;
  MetricFamilies later;
  add_signing_metrics(later, {}, found);
  text = text_of(later);
  BOOST_TEST(text.find("\ntacit_tenants_unsigned 4\n") != std::string::npos);
  BOOST_TEST(text.find("\ntacit_audit_history_intact 1\n") != std::string::npos);
  // Nothing is made from prekeys yet, so a lack of them is no reason for an alert.
  BOOST_TEST(text.find("\ntacit_prekeys_low 0\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(figures_are_of_this_process) {
  const ProcessStatistics process = process_statistics();
  BOOST_TEST(process.cpu_seconds > 0);
  BOOST_TEST(process.cpu_seconds < 3600);
  BOOST_REQUIRE(process.resident_bytes);
  BOOST_TEST(*process.resident_bytes > 1'000'000U);
  BOOST_TEST(*process.virtual_bytes >= *process.resident_bytes);
  BOOST_REQUIRE(process.open_descriptors);
  std::FILE* const another = std::tmpfile();
  BOOST_REQUIRE(another != nullptr);
  BOOST_TEST(*process_statistics().open_descriptors == *process.open_descriptors + 1);
  std::fclose(another);
  BOOST_TEST(process.most_descriptors >= *process.open_descriptors);
  BOOST_REQUIRE(process_start_time());
  const auto now = static_cast<double>(std::time(nullptr));
  BOOST_TEST(*process_start_time() <= now + 1);
  BOOST_TEST(*process_start_time() > now - 3600);
}

BOOST_AUTO_TEST_SUITE_END()
