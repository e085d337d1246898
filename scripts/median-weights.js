// Of several measurements of one pallet, each benchmark's median: node median-weights.js FILE...
// The speed of a machine changes while it measures: one measurement has some benchmarks too dear, the
// next one others. They are compared by what they weigh with the largest components.
'use strict'
const fs = require('node:fs')

// As in runtime/src/weights/db_weights.rs, in picoseconds.
const DATABASE = { reads: 8_000_000n, writes: 50_000_000n }
const COMPONENT = '(?:\\.saturating_mul\\((\\w+)\\.into\\(\\)\\))?'
const TIME = new RegExp(`from_parts\\(([\\d_]+), 0\\)${COMPONENT}`, 'g')
const ACCESS = new RegExp(`(reads|writes)\\((\\d+)(?:_u64)?${COMPONENT}\\)`, 'g')

// The functions of the measured implementation by name, with the comments before them.
function benchmarks(text) {
  const begin = text.indexOf('impl<T: frame_system::Config> WeightInfo')
  const body = text.slice(text.indexOf('\n', begin) + 1, text.indexOf('/// Nothing weighs anything'))
  const blocks = body.match(/(?:\t\/\/.*\n)*\tfn [^]*?\n\t}\n/g) ?? []
  return new Map(blocks.map(block => [/\tfn (\w+)/.exec(block)[1], block]))
}

// The largest value of each component, as the trait documents it.
function largest(text, name) {
  const line = new RegExp(`/// See the benchmark of this name(.*)\\.\\n\\tfn ${name}\\(`).exec(text)
  const ranges = [...(line?.[1] ?? '').matchAll(/`(\w+)` from \d+ to (\d+)/g)]
  return Object.fromEntries(ranges.map(([, component, most]) => [component, BigInt(most)]))
}

function weight(block, most) {
  let sum = 0n
  for (const [, time, component] of block.matchAll(TIME)) {
    sum += BigInt(time.replaceAll('_', '')) * (component ? most[component] : 1n)
  }
  for (const [, kind, count, component] of block.matchAll(ACCESS)) {
    sum += DATABASE[kind] * BigInt(count) * (component ? most[component] : 1n)
  }
  return sum
}

const files = process.argv.slice(2).map(file => fs.readFileSync(file, 'utf8'))
if (!files.length) {
  console.error('usage: node median-weights.js FILE...')
  process.exit(2)
}
let text = files[0]
const measured = files.map(benchmarks)
for (const [name, first] of measured[0]) {
  const most = largest(text, name)
  const blocks = measured.map(of => of.get(name))
  blocks.sort((a, b) => (weight(a, most) < weight(b, most) ? -1 : 1))
  text = text.replace(first, () => blocks[blocks.length >> 1])
}
process.stdout.write(text)
