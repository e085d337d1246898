// Ratios of what criterion measured in the last run: node bench-ratios.js TARGET/criterion
// Times depend on the machine and on what else runs on it; two ways in one run share both.
'use strict'
const fs = require('node:fs')
const path = require('node:path')

const root = process.argv[2]
if (!root) {
  console.error('usage: node bench-ratios.js TARGET/criterion')
  process.exit(2)
}

// The median, in nanoseconds, of one benchmark; nothing if it has not run.
function median(group, way, size) {
  const file = path.join(root, group, way, String(size), 'new', 'estimates.json')
  if (!fs.existsSync(file)) return undefined
  return JSON.parse(fs.readFileSync(file, 'utf8')).median.point_estimate
}

const UNITS = [['s', 1e9], ['ms', 1e6], ['µs', 1e3], ['ns', 1]]
function time(nanoseconds) {
  if (nanoseconds === undefined) return '-'
  const [unit, scale] = UNITS.find(([, scale]) => nanoseconds >= scale) ?? UNITS[3]
  return `${(nanoseconds / scale).toPrecision(3)} ${unit}`
}

function ratio(value) {
  if (!Number.isFinite(value)) return '-'
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(2)
}

function table(heading, rows) {
  console.log(`\n| ${heading.join(' | ')} |`)
  console.log(`|${heading.map(() => '---:').join('|')}|`)
  for (const row of rows) console.log(`| ${row.join(' | ')} |`)
}

function versus(group, ours, naive, what, sizes) {
  const rows = sizes.map((size) => {
    const [a, b] = [median(group, ours, size), median(group, naive, size)]
    return [size.toLocaleString('en-US'), time(a), time(b), ratio(b / a)]
  })
  table([`${group}: ${what}`, ours, naive, 'naive ÷ ours'], rows)
}

// Growth with the size, as a ratio to the smallest.
function growth(group, ways, what, sizes) {
  const rows = sizes.map((size) => [
    size.toLocaleString('en-US'),
    ...ways.flatMap((way) => {
      const now = median(group, way, size)
      return [time(now), ratio(now / median(group, way, sizes[0]))]
    }),
  ])
  table([`${group}: ${what}`, ...ways.flatMap((way) => [way, '÷ smallest'])], rows)
}

const ACCOUNTS = [1_000, 10_000, 100_000, 1_000_000]
const ORDERS = [10, 1_000, 100_000]
// Criterion replaces what a file name may not hold; a per cent sign may stay.
for (const share of ['none', '0.1 %', '10 %']) {
  versus(`tick crossing ${share}`, 'book', 'full scan', 'accounts', ACCOUNTS)
}
growth('filing', ['insertion', 'trade there and back'], 'accounts', ACCOUNTS)
versus('clearing', 'ours', 'naive', 'resting orders', ORDERS)
growth('clearing', ['whole batch'], 'resting orders', ORDERS)
