#include "test/integration/support/shared_server.hpp"

namespace tacit::test {

const Deployment& shared_deployment() {
  static const Deployment deployment;
  return deployment;
}

Server& shared_server() {
  static Server server(shared_deployment());
  return server;
}

Tenant new_tenant() { return {shared_deployment(), shared_server()}; }

}  // namespace tacit::test
