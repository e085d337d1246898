/** Where accounts stand: how near to liquidation, and what a move of the mark would bring down. */

export interface RiskPosition {
  readonly market: number;
  readonly lots: bigint;
  readonly mark: bigint;
  /** Quanta. */
  readonly notional: bigint;
  readonly liquidationPrice: bigint | undefined;
}

export interface RiskAccount {
  readonly key: string;
  readonly equity: bigint;
  readonly maintenance: bigint;
  readonly notional: bigint;
  readonly due: boolean;
  readonly positions: readonly RiskPosition[];
}

const ONE = 10n ** 9n;

/** Moves of the mark that people ask about, in percent. */
export const MOVES = [1, 3, 5, 10] as const;

export interface RiskRow {
  readonly market: number;
  /** Notional of accounts that are due already. */
  readonly due: bigint;
  /** Notional that a fall, and a rise, of up to `MOVES[i]` percent liquidates. Each holds the ones before. */
  readonly down: readonly bigint[];
  readonly up: readonly bigint[];
  readonly total: bigint;
}

/** Notional at risk by market, if no other market moves. */
export function liquidationMap(accounts: readonly RiskAccount[], markets: readonly number[]): RiskRow[] {
  return markets.map((market) => {
    const row = { market, due: 0n, down: MOVES.map(() => 0n), up: MOVES.map(() => 0n), total: 0n };
    for (const account of accounts) {
      for (const position of account.positions) if (position.market === market) add(row, account, position);
    }
    return row;
  });
}

/** The same as the chain itself counts it, where it does: over all accounts. */
export function fromShocks(market: number, shocks: readonly { shock: bigint; downNotional: bigint; upNotional: bigint }[], total: bigint): RiskRow {
  const at = (move: number): { downNotional: bigint; upNotional: bigint } | undefined => shocks.find(({ shock }) => shock * 100n === BigInt(move) * ONE);
  return {
    market,
    due: 0n,
    down: MOVES.map((move) => at(move)?.downNotional ?? 0n),
    up: MOVES.map((move) => at(move)?.upNotional ?? 0n),
    total,
  };
}

function add(row: { due: bigint; down: bigint[]; up: bigint[]; total: bigint }, { due }: RiskAccount, position: RiskPosition): void {
  const { liquidationPrice, mark, notional } = position;
  row.total += notional;
  if (due) {
    row.due += notional;
    return;
  }
  if (liquidationPrice === undefined || mark === 0n) return;
  const distance = liquidationPrice - mark;
  const side = distance < 0n ? row.down : row.up;
  const size = distance < 0n ? -distance : distance;
  MOVES.forEach((move, i) => {
    if (size * 100n <= mark * BigInt(move)) side[i] = (side[i] ?? 0n) + notional;
  });
}

export interface HealthBin {
  readonly label: string;
  /** Of the equity that maintenance margin takes, from and below: parts per billion. */
  readonly from: bigint;
  readonly below: bigint;
  accounts: number;
  notional: bigint;
}

const EDGES = [0, 25, 50, 75, 90, 100];

/** Accounts with positions by the part of their equity that maintenance margin takes. At 100 % they are due. */
export function healthBins(accounts: readonly RiskAccount[]): HealthBin[] {
  const bins: HealthBin[] = EDGES.slice(1).map((edge, i) => bin(`${EDGES[i]}–${edge} %`, EDGES[i] ?? 0, edge));
  const due: HealthBin = { ...bin('due', 100, 100), below: ONE ** 3n };
  bins.push(due);
  for (const account of accounts) {
    if (account.positions.length === 0) continue;
    const used = usedMargin(account);
    const found = account.due ? due : (bins.find(({ from, below }) => used >= from && used < below) ?? due);
    found.accounts += 1;
    found.notional += account.notional;
  }
  return bins;
}

const bin = (label: string, from: number, below: number): HealthBin => ({
  label,
  from: (BigInt(from) * ONE) / 100n,
  below: (BigInt(below) * ONE) / 100n,
  accounts: 0,
  notional: 0n,
});

/** Maintenance margin as a part of equity, in parts per billion; beyond all bounds without equity. */
export function usedMargin({ equity, maintenance }: Pick<RiskAccount, 'equity' | 'maintenance'>): bigint {
  if (equity <= 0n) return maintenance > 0n || equity < 0n ? ONE ** 2n : 0n;
  return (maintenance * ONE) / equity;
}
