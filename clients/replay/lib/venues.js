/**
 * The exchanges: where their public tickers are, and how they print them. Fields, nesting, types,
 * decimals and times are theirs; only what is printed comes from the replay.
 */

/**
 * @typedef {{ base: string, quote: string }} Pair
 * @typedef {object} Quote what a venue has to print
 * @property {Pair} pair
 * @property {string} bid
 * @property {string} ask
 * @property {string} last
 * @property {{ open: string, high: string, low: string, volume: number }} day
 * @property {number} stampMs when, in milliseconds
 */

const DAY_MS = 86_400_000;
const QUOTES = ['USDT', 'USDC', 'USD'];

/** `BTCUSDT` to its two halves. */
function split(text) {
  const quote = QUOTES.find((candidate) => text.endsWith(candidate) && text !== candidate);
  return quote && { base: text.slice(0, -quote.length), quote };
}

/** `BTC-USD` to its two halves. */
export function pairOf(symbol) {
  const [base, quote, ...rest] = (symbol ?? '').split('-');
  return base && quote && rest.length === 0 ? { base, quote } : undefined;
}

const usual = (text) => text && split(text.toUpperCase());
const volume = (value) => value.toFixed(8);
const numeric = (text) => (Number.isFinite(Number(text)) ? text : JSON.stringify(text));
const eightDecimals = (text) => (Number.isFinite(Number(text)) ? padded(text, 8) : text);

function padded(text, decimals) {
  const [whole, fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(decimals, '0')}`;
}

// Kraken's older assets carry a letter for their kind: XXBT, ZUSD.
const KRAKEN_NAMES = { BTC: 'XBT', DOGE: 'XDG' };
const KRAKEN_KEYS = { XBTUSD: 'XXBTZUSD', ETHUSD: 'XETHZUSD', XDGUSD: 'XDGUSD', USDTUSD: 'USDTZUSD' };

function krakenPair(text) {
  const long = Object.keys(KRAKEN_KEYS).find((short) => KRAKEN_KEYS[short] === text);
  const pair = usual(long ?? text);
  const base = Object.keys(KRAKEN_NAMES).find((name) => KRAKEN_NAMES[name] === pair?.base);
  return pair && { ...pair, base: base ?? pair.base };
}

function krakenKey({ base, quote }) {
  const name = `${KRAKEN_NAMES[base] ?? base}${quote}`;
  return KRAKEN_KEYS[name] ?? name;
}

const BITFINEX_NAMES = { USDT: 'UST', USDC: 'UDC' };

function bitfinexPair(text) {
  const [, base, quote] = /^t([A-Z0-9]{3,4}):?(USD|UST|UDC)$/.exec(text ?? '') ?? [];
  const ours = (name) => Object.keys(BITFINEX_NAMES).find((key) => BITFINEX_NAMES[key] === name) ?? name;
  return base && { base: ours(base), quote: ours(quote) };
}

/**
 * Each venue:
 *   origin     of the real exchange
 *   quotes     what its prices are in
 *   decimals   of its prices; a coin that is worth less gets more
 *   habits     how it differs from the others without anything being wrong
 *   tickers    [a route, which pair it asks for, what it answers]; the first one is the usual one
 *   unknown    its answer to a pair it does not have
 */
export const VENUES = {
  binance: {
    origin: 'https://api.binance.com',
    quotes: ['USDT', 'USDC'],
    decimals: { BTC: 2, ETH: 2, SOL: 2, USDC: 5 },
    habits: { noiseBps: 0.5, spreadBps: 0.2, lagMs: 100 },
    tickers: [
      [/^\/api\/v3\/ticker\/price$/, ({ query }) => usual(query.get('symbol')), binancePrice],
      [/^\/api\/v3\/ticker\/bookTicker$/, ({ query }) => usual(query.get('symbol')), binanceBook],
      [/^\/api\/v3\/ticker\/24hr$/, ({ query }) => usual(query.get('symbol')), binanceDay],
    ],
    unknown: () => [400, { code: -1121, msg: 'Invalid symbol.' }],
  },
  coinbase: {
    origin: 'https://api.exchange.coinbase.com',
    quotes: ['USD', 'USDT', 'USDC'],
    decimals: { BTC: 2, ETH: 2, SOL: 2, USDT: 5, USDC: 5 },
    habits: { noiseBps: 0.8, spreadBps: 0.4, lagMs: 150 },
    tickers: [[/^\/products\/([^/]+)\/ticker$/, ({ words }) => pairOf(words[0]), coinbaseTicker]],
    unknown: () => [404, { message: 'NotFound' }],
  },
  kraken: {
    origin: 'https://api.kraken.com',
    quotes: ['USD', 'USDT', 'USDC'],
    decimals: { BTC: 1, ETH: 2, SOL: 2, USDT: 5, USDC: 4 },
    habits: { noiseBps: 1.5, spreadBps: 0.5, lagMs: 300 },
    tickers: [[/^\/0\/public\/Ticker$/, ({ query }) => krakenPair(query.get('pair')), krakenTicker]],
    unknown: () => [200, { error: ['EQuery:Unknown asset pair'] }],
  },
  bitstamp: {
    origin: 'https://www.bitstamp.net',
    quotes: ['USD', 'USDT', 'USDC'],
    decimals: { BTC: 0, ETH: 1, SOL: 2, USDT: 5, USDC: 5 },
    habits: { noiseBps: 2.5, spreadBps: 2, lagMs: 600 },
    tickers: [[/^\/api\/v2\/ticker\/([^/]+)\/?$/, ({ words }) => usual(words[0]), bitstampTicker]],
    unknown: () => [404, { status: 'error', reason: 'Invalid currency pair', code: 'API0001' }],
  },
  okx: {
    origin: 'https://www.okx.com',
    quotes: ['USDT', 'USDC', 'USD'],
    decimals: { BTC: 1, ETH: 2, SOL: 2, USDC: 4 },
    habits: { noiseBps: 0.7, spreadBps: 0.2, lagMs: 150 },
    tickers: [[/^\/api\/v5\/market\/ticker$/, ({ query }) => pairOf(query.get('instId')), okxTicker]],
    unknown: () => [200, { code: '51001', msg: "Instrument ID doesn't exist.", data: [] }],
  },
  bybit: {
    origin: 'https://api.bybit.com',
    quotes: ['USDT', 'USDC'],
    decimals: { BTC: 1, ETH: 2, SOL: 2, USDC: 4 },
    habits: { noiseBps: 0.8, spreadBps: 0.2, lagMs: 150 },
    tickers: [[/^\/v5\/market\/tickers$/, bybitPair, bybitTicker]],
    unknown: (nowMs) => [
      200,
      { retCode: 10001, retMsg: 'Not supported symbols', result: {}, retExtInfo: {}, time: nowMs },
    ],
  },
  gemini: {
    origin: 'https://api.gemini.com',
    quotes: ['USD', 'USDT'],
    decimals: { BTC: 2, ETH: 2, SOL: 3, USDT: 5, USDC: 5 },
    habits: { noiseBps: 3, spreadBps: 3, lagMs: 800 },
    tickers: [
      [/^\/v1\/pubticker\/([^/]+)$/, ({ words }) => usual(words[0]), geminiTicker],
      [/^\/v2\/ticker\/([^/]+)$/, ({ words }) => usual(words[0]), geminiTicker2],
    ],
    unknown: () => [400, { result: 'error', reason: 'Bad Request', message: 'Supplied value is not a valid symbol' }],
  },
  bitfinex: {
    origin: 'https://api-pub.bitfinex.com',
    quotes: ['USD', 'USDT'],
    decimals: { BTC: 0, ETH: 1, SOL: 2, USDT: 5, USDC: 5 },
    habits: { noiseBps: 1.5, spreadBps: 1, lagMs: 400 },
    tickers: [[/^\/v2\/ticker\/([^/]+)$/, ({ words }) => bitfinexPair(words[0]), bitfinexTicker]],
    unknown: () => [500, ['error', 10020, 'symbol: invalid']],
  },
};

export const VENUE_NAMES = Object.keys(VENUES);

/**
 * Which ticker of a venue a path asks for; nothing where it has no such path.
 *
 * @returns {{ pair: Pair | undefined, answer: (quote: Quote) => unknown } | undefined}
 */
export function tickerAt(venue, path, query) {
  for (const [route, pairAsked, answer] of VENUES[venue].tickers) {
    const words = route.exec(path)?.slice(1);
    if (words) return { pair: pairAsked({ words, query }), answer };
  }
  return undefined;
}

/** A price as the venue prints it: its decimals, but never fewer than five significant digits. */
export function printed(venue, { base }, price) {
  const decimals = VENUES[venue].decimals[base] ?? 2;
  return price.toFixed(Math.max(decimals, 4 - Math.floor(Math.log10(price))));
}

function binancePrice({ pair, last }) {
  return { symbol: `${pair.base}${pair.quote}`, price: eightDecimals(last) };
}

function binanceBook({ pair, bid, ask }) {
  return {
    symbol: `${pair.base}${pair.quote}`,
    bidPrice: eightDecimals(bid),
    bidQty: '1.25000000',
    askPrice: eightDecimals(ask),
    askQty: '0.75000000',
  };
}

function binanceDay({ pair, bid, ask, last, day, stampMs }) {
  const change = Number(last) - Number(day.open);
  const closeTime = Math.floor(stampMs);
  return {
    symbol: `${pair.base}${pair.quote}`,
    priceChange: eightDecimals(Number.isFinite(change) ? change.toFixed(2) : '0'),
    priceChangePercent: percent(last, day.open).toFixed(3),
    weightedAvgPrice: eightDecimals(last),
    prevClosePrice: eightDecimals(day.open),
    lastPrice: eightDecimals(last),
    lastQty: '0.00318000',
    bidPrice: eightDecimals(bid),
    bidQty: '1.25000000',
    askPrice: eightDecimals(ask),
    askQty: '0.75000000',
    openPrice: eightDecimals(day.open),
    highPrice: eightDecimals(day.high),
    lowPrice: eightDecimals(day.low),
    volume: volume(day.volume),
    quoteVolume: volume(day.volume * Number(day.open)),
    openTime: closeTime - DAY_MS,
    closeTime,
    firstId: 1,
    lastId: 23_456,
    count: 23_456,
  };
}

function coinbaseTicker({ bid, ask, last, day, stampMs }) {
  return {
    ask,
    bid,
    volume: volume(day.volume),
    // Grows as trades do, and is the same for the same moment.
    trade_id: Math.floor(stampMs / 100) % 1_000_000_000,
    price: last,
    size: '0.00318000',
    time: new Date(stampMs).toISOString().replace('Z', '000Z'),
    rfq_volume: volume(day.volume / 100),
  };
}

function krakenTicker({ pair, bid, ask, last, day }) {
  const long = (text) => (Number.isFinite(Number(text)) ? padded(text, 5) : text);
  const both = (text) => [text, text];
  const ticker = {
    a: [long(ask), '1', '1.000'],
    b: [long(bid), '2', '2.000'],
    c: [long(last), '0.00318000'],
    v: both(volume(day.volume)),
    p: both(long(last)),
    t: [1_234, 23_456],
    l: both(long(day.low)),
    h: both(long(day.high)),
    o: long(day.open),
  };
  return { error: [], result: { [krakenKey(pair)]: ticker } };
}

function bitstampTicker({ bid, ask, last, day, stampMs }) {
  return {
    timestamp: String(Math.floor(stampMs / 1_000)),
    open: day.open,
    high: day.high,
    low: day.low,
    last,
    volume: volume(day.volume),
    vwap: last,
    bid,
    ask,
    side: '0',
    open_24: day.open,
    percent_change_24: percent(last, day.open).toFixed(2),
    market_type: 'SPOT',
  };
}

function okxTicker({ pair, bid, ask, last, day, stampMs }) {
  const ticker = {
    instType: 'SPOT',
    instId: `${pair.base}-${pair.quote}`,
    last,
    lastSz: '0.00318',
    askPx: ask,
    askSz: '0.75',
    bidPx: bid,
    bidSz: '1.25',
    open24h: day.open,
    high24h: day.high,
    low24h: day.low,
    volCcy24h: volume(day.volume * Number(day.open)),
    vol24h: volume(day.volume),
    ts: String(Math.floor(stampMs)),
    sodUtc0: day.open,
    sodUtc8: day.open,
  };
  return { code: '0', msg: '', data: [ticker] };
}

function bybitPair({ query }) {
  return query.get('category') === 'spot' ? usual(query.get('symbol')) : undefined;
}

function bybitTicker({ pair, bid, ask, last, day, stampMs }) {
  const ticker = {
    symbol: `${pair.base}${pair.quote}`,
    bid1Price: bid,
    bid1Size: '1.25',
    ask1Price: ask,
    ask1Size: '0.75',
    lastPrice: last,
    prevPrice24h: day.open,
    price24hPcnt: (percent(last, day.open) / 100).toFixed(4),
    highPrice24h: day.high,
    lowPrice24h: day.low,
    turnover24h: volume(day.volume * Number(day.open)),
    volume24h: volume(day.volume),
    usdIndexPrice: last,
  };
  const result = { category: 'spot', list: [ticker] };
  return { retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: Math.floor(stampMs) };
}

function geminiTicker({ pair, bid, ask, last, day, stampMs }) {
  const traded = {
    [pair.base]: volume(day.volume),
    [pair.quote]: volume(day.volume * Number(day.open)),
    timestamp: Math.floor(stampMs),
  };
  return { bid, ask, volume: traded, last };
}

function geminiTicker2({ pair, bid, ask, last, day }) {
  const changes = Array.from({ length: 24 }, () => last);
  const { open, high, low } = day;
  return { symbol: `${pair.base}${pair.quote}`, open, high, low, close: last, changes, bid, ask };
}

/** Numbers without names or quotes. Written by hand, so that digits stay as they are. */
function bitfinexTicker({ bid, ask, last, day }) {
  const change = Number(last) - Number(day.open);
  const cells = [
    numeric(bid), '12.5', numeric(ask), '7.5',
    JSON.stringify(Number(change.toPrecision(5))),
    JSON.stringify(Number((percent(last, day.open) / 100).toFixed(8))),
    numeric(last), volume(day.volume), numeric(day.high), numeric(day.low),
  ];
  return `[${cells.join(',')}]`;
}

function percent(last, open) {
  const value = (Number(last) / Number(open) - 1) * 100;
  return Number.isFinite(value) ? value : 0;
}
