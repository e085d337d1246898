/** What is in auction: how to show it, and how to bid for it. */

import { AssetUnits, type AssetInfo, type Bid, type Market, type Side, type Sold } from '@breakwater/client';

import { decimal } from './format.js';

export interface SoldUnits {
  /** `BTC-PERP`, or `WBTC`. */
  readonly symbol: string;
  /** What sizes are counted in. */
  readonly base: string;
  /** As people read it, from ticks and lots. */
  showPrice(ticks: bigint): string;
  showSize(lots: bigint): string;
  /** As a form has it. */
  price(ticks: bigint): string;
  size(lots: bigint): string;
  bid(side: Side, size: string, limit: string): Bid;
}

export function soldUnits(sold: Sold, markets: readonly Market[], assets: readonly AssetInfo[]): SoldUnits | undefined {
  if ('market' in sold) {
    const market = markets.find(({ number }) => number === sold.market);
    return market && unitsOf(market, market.symbol, market.base, market.grid, (side, size, limit) => ({ market: market.number, side, size, limit }));
  }
  const info = assets.find(({ asset }) => asset === sold.asset);
  if (!info) return undefined;
  // A lot is so many smallest units, a power of ten.
  const lotDecimals = info.decimals - (String(info.unitsPerLot).length - 1);
  return unitsOf(new AssetUnits(info), info.symbol, info.symbol, { priceDecimals: info.priceDecimals, lotDecimals }, (_, size, limit) => ({ asset: info.asset, size, limit }));
}

type Plain = Pick<SoldUnits, 'price' | 'size'>;

function unitsOf(plain: Plain, symbol: string, base: string, grid: { priceDecimals: number; lotDecimals: number }, bid: SoldUnits['bid']): SoldUnits {
  return {
    symbol,
    base,
    showPrice: (ticks) => decimal(ticks, grid.priceDecimals),
    showSize: (lots) => decimal(lots, grid.lotDecimals),
    price: (ticks) => plain.price(ticks),
    size: (lots) => plain.size(lots),
    bid,
  };
}
