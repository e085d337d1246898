// JSON-RPC over HTTP, with what Node.js brings.

const REQUEST_LIMIT_MS = 15_000;

export class RpcError extends Error {
  constructor(method, error) {
    super(`${method}: ${error.message}${error.data ? ` (${error.data})` : ''}`);
    this.code = error.code;
  }
}

export class Rpc {
  #url;
  #id = 0;

  constructor(url) {
    this.#url = url;
  }

  async call(method, ...params) {
    const body = JSON.stringify({ jsonrpc: '2.0', id: ++this.#id, method, params });
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(REQUEST_LIMIT_MS);
    const response = await fetch(this.#url, { method: 'POST', headers, body, signal });
    if (!response.ok) throw new Error(`${method}: HTTP status ${response.status}`);
    const answer = await response.json();
    if (answer.error) throw new RpcError(method, answer.error);
    return answer.result;
  }
}
