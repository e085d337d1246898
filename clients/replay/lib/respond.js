/** How a venue's answer reaches the one who asked, or does not. */

const DRIP_EVERY_MS = 500;
const DEEP = 100_000;
const CHUNK = Buffer.alloc(64 * 1024, ' ');

export function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {object} faults
 * @param {() => [number, unknown]} answer status and body, asked for once the delay is over
 */
export function sendWithFaults(request, response, faults, answer) {
  if (faults.outage) return void request.socket.destroy();
  const send = () => {
    if (response.destroyed) return;
    if (faults.redirect) return sendRedirect(request, response, faults.redirect);
    const [status, value] = answer();
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    sendBody(response, faults.status === 200 ? status : faults.status, text, faults);
  };
  if (!faults.delayMs) return send();
  const timer = setTimeout(send, faults.delayMs);
  response.once('close', () => clearTimeout(timer));
}

function sendRedirect(request, response, redirect) {
  const location = redirect === 'loop' ? request.url : redirect;
  response.writeHead(302, { location });
  response.end();
}

const BROKEN = {
  malformed: (text) => text.slice(0, Math.ceil(text.length / 2)),
  empty: () => '',
  html: () => '<!doctype html><title>Attention required</title><p>Checking your browser: 1234.56</p>\n',
  'wrong-shape': () => '{"status":"ok","data":null,"result":{}}',
  deep: () => '['.repeat(DEEP) + ']'.repeat(DEEP),
};

function sendBody(response, status, text, { body, hugeBytes }) {
  const type = body === 'html' ? 'text/html' : 'application/json';
  const headers = { 'content-type': type, 'cache-control': 'no-store' };
  if (body === 'truncated') return sendTruncated(response, status, headers, text);
  response.writeHead(status, headers);
  if (body === 'huge') return sendHuge(response, text, hugeBytes);
  if (body === 'drip') return sendDrip(response, text);
  response.end(BROKEN[body]?.(text) ?? text);
}

function sendTruncated(response, status, headers, text) {
  response.writeHead(status, { ...headers, 'content-length': text.length * 2 });
  response.write(text, () => response.destroy());
}

/** Spaces, as fast as they are taken, and then the right answer: correct JSON to the end. */
function sendHuge(response, text, hugeBytes) {
  let left = hugeBytes;
  const more = () => {
    while (left > 0) {
      if (response.destroyed) return;
      const chunk = left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK;
      left -= chunk.length;
      if (!response.write(chunk)) return void response.once('drain', more);
    }
    response.end(text);
  };
  more();
}

function sendDrip(response, text) {
  let at = 0;
  const next = () => {
    if (at < text.length) response.write(text[at++]);
    else response.end();
  };
  const timer = setInterval(next, DRIP_EVERY_MS);
  response.once('close', () => clearInterval(timer));
  next();
}
