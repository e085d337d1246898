/**
 * JSON-RPC over HTTP with nothing in between: what the node itself answers, before a client
 * library has rephrased it.
 */

/** An error as the node sent it. */
export class RpcError extends Error {
  constructor({ code, message, data }) {
    super(`${code}: ${message}${data === undefined ? '' : ` (${data})`}`);
    this.name = 'RpcError';
    this.code = code;
    this.reason = message;
    this.data = data;
  }
}

/**
 * @param {string} endpoint as `ws://…`; the same port speaks HTTP
 * @param {string} method
 * @param {...unknown} params
 * @returns {Promise<any>}
 */
export async function call(endpoint, method, ...params) {
  const response = await fetch(endpoint.replace(/^ws/, 'http'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const { result, error } = await response.json();
  if (error) throw new RpcError(error);
  return result;
}
