// Two origins besides the server's, each with an empty page: one that the server's cors-origins lists, and one that it does not.
import { createServer } from 'node:http';

function serve() {
  return new Promise((resolve) => {
    const server = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html><title>Another application</title><p>Another application</p>');
    });
    server.listen(0, '127.0.0.1', () => resolve({ server, origin: `http://127.0.0.1:${server.address().port}` }));
  });
}

export async function startOrigins() {
  const listed = await serve();
  const unlisted = await serve();
  return {
    listed,
    unlisted,
    stop() {
      for (const each of [listed, unlisted]) {
        each.server.closeAllConnections?.();
        each.server.close();
      }
    },
  };
}
