// Settings with which servers and commands of a test use an etcd that it has started.
#pragma once

#include <string>

#include "test/integration/support/deployment.hpp"
#include "test/unit/store/etcd/etcd_cluster_fixture.hpp"

namespace tacit::test {

/// The setting `store` for the store of that name.
inline std::string etcd_place(const store::testing::EtcdCluster& cluster, const std::string& name) {
  std::string text = "etcd://";
  const store::EtcdConnection connection = cluster.connection();
  for (std::size_t i = 0; i < connection.endpoints.size(); ++i) {
    text += (i == 0 ? "" : ",") + connection.endpoints[i];
  }
  return text + "/" + name;
}

inline Settings etcd_settings(const store::testing::EtcdCluster& cluster, const std::string& name) {
  const store::EtcdConnection server = cluster.connection(store::SlotOwner::api);
  const store::EtcdConnection commands = cluster.connection(store::SlotOwner::operators);
  Settings settings;
  settings["store"] = etcd_place(cluster, name);
  settings["map-size"] = "";
  settings["etcd-ca"] = server.ca.string();
  settings["etcd-certificate"] = server.certificate.string();
  settings["etcd-key"] = server.key.string();
  settings["etcd-operator-certificate"] = commands.certificate.string();
  settings["etcd-operator-key"] = commands.key.string();
  settings["admin-listen"] = "127.0.0.1:0";
  return settings;
}

}  // namespace tacit::test
