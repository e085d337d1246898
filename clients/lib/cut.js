/** A way to a node that a test can cut: every connection through it ends, and none is made until it is mended. */

import { connect, createServer } from 'node:net';

export async function cuttable(endpoint) {
  const { hostname, port } = new URL(endpoint);
  const sockets = new Set();
  let whole = true;
  const server = createServer((socket) => {
    if (!whole) return socket.destroy();
    const onward = connect(Number(port), hostname);
    for (const [from, to] of [[socket, onward], [onward, socket]]) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => (sockets.delete(from), to.destroy()));
      from.pipe(to);
    }
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const cut = () => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    endpoint: `ws://127.0.0.1:${server.address().port}`,
    cut,
    mend: () => (whole = true),
    close: () => (cut(), server.close()),
  };
}
