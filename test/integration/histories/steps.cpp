#include "test/integration/histories/steps.hpp"

namespace tacit::test::model {
namespace {

struct Kind {
  std::size_t weight;
  void (*take)(Session&);
};

constexpr Kind kinds[] = {{20, create_secret}, {4, create_batch}, {8, put_secret},     {18, update_secret},
                          {7, delete_secret},  {5, get_secret},   {4, list_secrets},   {3, list_pages},
                          {3, list_versions},  {7, roll_back},    {3, delete_version}, {10, resolve_tool},
                          {4, resolve_tools},  {4, report_use},   {2, make_api_key},   {2, change_api_key},
                          {2, revoke_api_key}, {1, get_api_key}};

}  // namespace

void take_step(Session& session, std::uint64_t seed) {
  session.random = Random(seed);
  // An operator's commands take longer than requests.
  if (session.random.below(150) == 0) return change_limits(session);
  if (session.random.chance(3)) return compare_quota(session, session.model);
  std::size_t all = 0;
  for (const Kind& kind : kinds) all += kind.weight;
  std::size_t chosen = session.random.below(all);
  for (const Kind& kind : kinds) {
    if (chosen < kind.weight) return kind.take(session);
    chosen -= kind.weight;
  }
}

}  // namespace tacit::test::model
