/** What each exchange prints, to the byte where it matters, and that the shipped sources find it. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';

import { sourcesAt } from '../lib/sources.js';
import { VENUES, pairOf, printed } from '../lib/venues.js';
import { STILL, flat, getter, pick, stillReplay } from './support.js';

const SOURCES = new URL('../../../docs/oracle-sources.json', import.meta.url);

// 40,000 on the tape, a basis point to each side, ten minutes into 2024.
const TICKERS = {
  '/binance/api/v3/ticker/price?symbol=BTCUSDT': { symbol: 'BTCUSDT', price: '40000.00000000' },
  '/binance/api/v3/ticker/bookTicker?symbol=BTCUSDT': {
    symbol: 'BTCUSDT',
    bidPrice: '39996.00000000',
    bidQty: '1.25000000',
    askPrice: '40004.00000000',
    askQty: '0.75000000',
  },
  '/binance/api/v3/ticker/24hr?symbol=BTCUSDT': {
    symbol: 'BTCUSDT',
    priceChange: '0.00000000',
    priceChangePercent: '0.000',
    weightedAvgPrice: '40000.00000000',
    prevClosePrice: '40000.00000000',
    lastPrice: '40000.00000000',
    lastQty: '0.00318000',
    bidPrice: '39996.00000000',
    bidQty: '1.25000000',
    askPrice: '40004.00000000',
    askQty: '0.75000000',
    openPrice: '40000.00000000',
    highPrice: '40000.00000000',
    lowPrice: '40000.00000000',
    volume: '100.00000000',
    quoteVolume: '4000000.00000000',
    openTime: 1_703_981_400_000,
    closeTime: 1_704_067_800_000,
    firstId: 1,
    lastId: 23_456,
    count: 23_456,
  },
  '/coinbase/products/BTC-USD/ticker': {
    ask: '40004.00',
    bid: '39996.00',
    volume: '100.00000000',
    trade_id: 40_678_000,
    price: '40000.00',
    size: '0.00318000',
    time: '2024-01-01T00:10:00.000000Z',
    rfq_volume: '1.00000000',
  },
  '/kraken/0/public/Ticker?pair=XBTUSD': {
    error: [],
    result: {
      XXBTZUSD: {
        a: ['40004.00000', '1', '1.000'],
        b: ['39996.00000', '2', '2.000'],
        c: ['40000.00000', '0.00318000'],
        v: ['100.00000000', '100.00000000'],
        p: ['40000.00000', '40000.00000'],
        t: [1_234, 23_456],
        l: ['40000.00000', '40000.00000'],
        h: ['40000.00000', '40000.00000'],
        o: '40000.00000',
      },
    },
  },
  '/bitstamp/api/v2/ticker/btcusd/': {
    timestamp: '1704067800',
    open: '40000',
    high: '40000',
    low: '40000',
    last: '40000',
    volume: '100.00000000',
    vwap: '40000',
    bid: '39996',
    ask: '40004',
    side: '0',
    open_24: '40000',
    percent_change_24: '0.00',
    market_type: 'SPOT',
  },
  '/okx/api/v5/market/ticker?instId=BTC-USDT': {
    code: '0',
    msg: '',
    data: [
      {
        instType: 'SPOT',
        instId: 'BTC-USDT',
        last: '40000.0',
        lastSz: '0.00318',
        askPx: '40004.0',
        askSz: '0.75',
        bidPx: '39996.0',
        bidSz: '1.25',
        open24h: '40000.0',
        high24h: '40000.0',
        low24h: '40000.0',
        volCcy24h: '4000000.00000000',
        vol24h: '100.00000000',
        ts: '1704067800000',
        sodUtc0: '40000.0',
        sodUtc8: '40000.0',
      },
    ],
  },
  '/bybit/v5/market/tickers?category=spot&symbol=BTCUSDT': {
    retCode: 0,
    retMsg: 'OK',
    result: {
      category: 'spot',
      list: [
        {
          symbol: 'BTCUSDT',
          bid1Price: '39996.0',
          bid1Size: '1.25',
          ask1Price: '40004.0',
          ask1Size: '0.75',
          lastPrice: '40000.0',
          prevPrice24h: '40000.0',
          price24hPcnt: '0.0000',
          highPrice24h: '40000.0',
          lowPrice24h: '40000.0',
          turnover24h: '4000000.00000000',
          volume24h: '100.00000000',
          usdIndexPrice: '40000.0',
        },
      ],
    },
    retExtInfo: {},
    time: 1_704_067_800_000,
  },
  '/gemini/v1/pubticker/btcusd': {
    bid: '39996.00',
    ask: '40004.00',
    volume: { BTC: '100.00000000', USD: '4000000.00000000', timestamp: 1_704_067_800_000 },
    last: '40000.00',
  },
  '/gemini/v2/ticker/btcusd': {
    symbol: 'BTCUSD',
    open: '40000.00',
    high: '40000.00',
    low: '40000.00',
    close: '40000.00',
    changes: Array(24).fill('40000.00'),
    bid: '39996.00',
    ask: '40004.00',
  },
  '/bitfinex/v2/ticker/tBTCUSD': [39_996, 12.5, 40_004, 7.5, 0, 0, 40_000, 100, 40_000, 40_000],
};

// A pair nobody has: status, and where the exchange says so.
const UNKNOWN = {
  '/binance/api/v3/ticker/price?symbol=NOPEUSDT': [400, ['code'], -1121],
  '/binance/api/v3/ticker/price': [400, ['code'], -1121],
  '/binance/api/v3/ticker/price?symbol=BTCUSD': [400, ['code'], -1121],
  '/coinbase/products/NOPE-USD/ticker': [404, ['message'], 'NotFound'],
  '/coinbase/products/BTCUSD/ticker': [404, ['message'], 'NotFound'],
  '/kraken/0/public/Ticker?pair=NOPEUSD': [200, ['error', 0], 'EQuery:Unknown asset pair'],
  '/bitstamp/api/v2/ticker/nopeusd/': [404, ['status'], 'error'],
  '/okx/api/v5/market/ticker?instId=NOPE-USDT': [200, ['code'], '51001'],
  '/bybit/v5/market/tickers?category=linear&symbol=BTCUSDT': [200, ['retCode'], 10001],
  '/bybit/v5/market/tickers?category=spot&symbol=NOPEUSDT': [200, ['retCode'], 10001],
  '/gemini/v1/pubticker/nopeusd': [400, ['result'], 'error'],
  '/bitfinex/v2/ticker/tNOPUSD': [500, [0], 'error'],
};

describe('tickers', () => {
  let replay;
  before(async () => {
    replay = await stillReplay({ venuePorts: 0 });
    await replay.post('/control/seek', { positionMs: 600_000 });
    await replay.post('/control/venues/*', { spreadBps: 2 });
  });
  after(() => replay?.close());

  for (const [path, expected] of Object.entries(TICKERS)) {
    it(`are printed as by ${path}`, async () => {
      const { status, body } = await replay.get(path);

      assert.equal(status, 200);
      assert.deepEqual(body, expected);
    });
  }

  it('are the same on a port of the venue', async () => {
    for (const [path, expected] of Object.entries(TICKERS)) {
      const [, venue, rest] = /^\/([a-z]+)(\/.*)$/.exec(path);
      const { body } = await getter(replay.venueUrls[venue])(rest);
      assert.deepEqual(body, expected, path);
    }
    assert.equal(new Set(Object.values(replay.venueUrls)).size, 8);
  });

  it('keep the digits of numbers without quotes', async () => {
    const response = await fetch(`${replay.url}/bitfinex/v2/ticker/tETHUSD`);
    assert.match(await response.text(), /^\[2499\.8,12\.5,2500\.3,7\.5,/);
  });

  it('of unknown pairs are refused in the words of the exchange', async () => {
    for (const [path, [status, where, what]] of Object.entries(UNKNOWN)) {
      const answer = await replay.get(path);
      assert.equal(answer.status, status, path);
      assert.equal(pick(answer.body, where), what, path);
    }
  });

  it('are nowhere else', async () => {
    for (const path of ['/', '/nowhere/x', '/kraken', '/kraken/0/public/Time', '/%', '/kraken/%zz', '//']) {
      assert.equal((await replay.get(path)).status, 404, path);
    }
    assert.equal((await replay.post('/coinbase/products/BTC-USD/ticker')).status, 405);
  });
});

describe('the shipped sources', () => {
  const config = JSON.parse(readFileSync(SOURCES, 'utf8'));
  const { sources } = config;
  const prices = { 'BTC-USD': 40_000, 'ETH-USD': 2_500, 'SOL-USD': 100, 'USDT-USD': 1, 'USDC-USD': 1, 'BTC-USDT': 40_000 };
  let replay;
  before(async () => {
    const candles = { ...STILL.candles, 'USDC-USD': flat(1) };
    replay = await stillReplay({ scenario: { ...STILL, candles } });
    await replay.post('/control/venues/*', { spreadBps: 100 });
  });

  it('are at least three exchanges for each feed, and five for the coins in dollars', () => {
    assert.deepEqual(Object.keys(prices).sort(), [...new Set(sources.map(({ feed }) => feed))].sort());
    for (const feed of Object.keys(prices)) {
      const venues = new Set(sources.filter((source) => source.feed === feed).map(({ venue }) => venue));
      assert.ok(venues.size >= (/^(BTC|ETH|SOL)-USD$/.test(feed) ? 5 : 3), feed);
    }
  });

  it('quote in what the feed is in', () => {
    for (const { feed, venue } of sources) assert.ok(VENUES[venue].quotes.includes(pairOf(feed).quote), `${feed} at ${venue}`);
  });

  it('ask each exchange at its own address', () => {
    for (const { venue, url } of sources) assert.equal(new URL(url).origin, VENUES[venue].origin);
  });

  for (const [place, { feed, venue, path, bid, ask }] of sources.entries()) {
    it(`find the price of ${feed} at ${venue}`, async () => {
      const { url } = sourcesAt(config, replay.url).sources[place];
      const response = await fetch(url);
      const body = await response.json();

      const [low, middle, high] = [bid, path, ask].map((way) => pick(body, way));

      // A string or a number, and nothing in it but digits and a point.
      for (const found of [low, middle, high]) assert.match(String(found), /^\d+(\.\d+)?$/);
      assert.equal(Number(middle), prices[feed]);
      // A per cent apart, as far as the venue's decimals show.
      assert.ok(Math.abs((high - low) / middle - 0.01) < 0.001, `${low} to ${high}`);
    });
  }
});

describe('a price', () => {
  it('has the decimals of the venue and at least five digits', () => {
    const btc = { base: 'BTC', quote: 'USD' };
    assert.equal(printed('bitstamp', btc, 43_512.345), '43512');
    assert.equal(printed('kraken', btc, 43_512.345), '43512.3');
    assert.equal(printed('kraken', btc, 0.00012345), '0.00012345');
    assert.equal(printed('coinbase', { base: 'DOGE', quote: 'USD' }, 0.08123), '0.081230');
    assert.equal(printed('coinbase', btc, 1e12), '1000000000000.00');
  });
});

describe('other dollars', () => {
  const candles = { 'BTC-USD': flat(40_000), 'USDT-USD': flat(1.25), 'USDC-USD': flat(0.8) };
  let replay;
  before(async () => (replay = await stillReplay({ scenario: { name: 'pegs', candles, events: [] } })));
  after(() => replay?.close());

  it('change the price of a coin', async () => {
    const usdt = await replay.get('/binance/api/v3/ticker/price?symbol=BTCUSDT');
    const usdc = await replay.get('/kraken/0/public/Ticker?pair=XBTUSDC');
    assert.equal(usdt.body.price, '32000.00000000');
    assert.equal(usdc.body.result.XBTUSDC.c[0], '50000.00000');
  });

  it('have a price themselves', async () => {
    const usdt = await replay.get('/kraken/0/public/Ticker?pair=USDTUSD');
    const usdc = await replay.get('/binance/api/v3/ticker/price?symbol=USDCUSDT');
    const ust = await replay.get('/bitfinex/v2/ticker/tUSTUSD');
    assert.equal(usdt.body.result.USDTZUSD.c[0], '1.25000');
    assert.equal(usdc.body.price, '0.64000000');
    assert.equal(ust.body[6], 1.25);
  });
});
