#include "server/serve/etcd_warnings.hpp"

#include <cstddef>

namespace tacit::server {

std::vector<std::string> etcd_warnings(const store::EtcdFigures& figures,
                                       const std::optional<std::string>& certificate_note) {
  std::vector<std::string> warnings;
  std::string gone;
  std::size_t count = 0;
  for (const auto& member : figures.members) {
    if (member.reachable) continue;
    ++count;
    gone.append(gone.empty() ? "" : ", ").append(member.endpoint);
  }
  if (count > 0) {
    warnings.push_back("etcd: " + std::to_string(count) + " of " + std::to_string(figures.members.size()) +
                       " endpoints do not answer: " + gone);
  }
  if (figures.corrupt) warnings.emplace_back("etcd has the alarm CORRUPT: the data of its members differ");
  if (certificate_note) warnings.push_back(*certificate_note);
  return warnings;
}

}  // namespace tacit::server
