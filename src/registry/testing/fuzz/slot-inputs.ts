import type { HeaderLines } from './header-inputs.ts'
import type { Random } from './random.ts'

/** Stands for a table that the sender uses, in the headers of an input; as long as the id of one. */
export const LEARNED_TABLE = 'learned-table-id'
/** Prefix of the ids of other tables of inputs. */
export const INPUT_TABLES = 'fuzz-table-'

const WRONG_TABLES = [
  '',
  ' ',
  't',
  't ',
  't 0-',
  't -1',
  't 1,0',
  't 0,0',
  't 0-16384',
  't 16384',
  't 99999999999999999999',
  't 0 0',
  't  0',
  '../x 0',
  '__proto__ 0',
  'ü 0',
  `${'x'.repeat(65)} 0`,
  `t ${'0,'.repeat(5_000)}0`,
]

/** Slots that are none, or not in the form of pairs. */
const WRONG_SLOTS = [
  [],
  [0],
  [0x80],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0],
  [0xff, 0xff, 0xff, 0xff, 0x0f, 0],
  [0xff, 0x7f, 1],
  [0x80, 0x80, 1, 0],
  [0, 0xff, 0x7f],
]

/** Inputs near each other share tables, until one gives a slot two meanings. */
function tableId(random: Random, index: number): string {
  if (random.oneIn(3)) return LEARNED_TABLE
  return `${INPUT_TABLES}${random.oneIn(4) ? random.below(100_000) : Math.floor(index / 1_000)}`
}

/** A run of hosted identities, and their slots, which are mostly those that they always have. */
function runOf(random: Random, hosted: readonly string[]) {
  const first = random.below(hosted.length)
  const identities = hosted.slice(first, first + 1 + random.below(hosted.length - first))
  const firstSlot = random.oneIn(40) ? random.below(16_384) : first
  return { identities, firstSlot }
}

/** Names with a header that tells their slots. */
export function toldNames(
  random: Random,
  hosted: readonly string[],
  index: number,
): { readonly identities: readonly string[]; readonly table: string } {
  const all = { identities: hosted, firstSlot: 0 }
  const { identities, firstSlot } = random.oneIn(3) ? runOf(random, hosted) : all
  const slots = `${firstSlot}-${firstSlot + identities.length - 1}`
  const table = random.oneIn(4) ? random.pick(WRONG_TABLES) : `${tableId(random, index)} ${slots}`
  return { identities, table }
}

/** A message to slots, which its gateway may hold or not. */
export function slotsMessage(
  random: Random,
  hosted: readonly string[],
  index: number,
  messageId: string,
): { readonly lines: HeaderLines; readonly body: Buffer } {
  const payload = random.bytes(random.below(24))
  const { identities, firstSlot } = runOf(random, hosted)
  const right = [...leb128(firstSlot), ...leb128(identities.length - 1)]
  const slots = random.oneIn(5) ? random.pick(WRONG_SLOTS) : right
  const more = random.oneIn(6) ? random.pick([-1, 1, 16_384, 2 ** 31]) : 0
  const lines: [string, string][] = [
    ['Prism-Message-Id', messageId],
    ['Prism-Wire', '3'],
    ['Prism-Payload-Bytes', String(payload.length)],
    ['Prism-Recipients', String(identities.length + more)],
    ['Prism-Table', random.oneIn(10) ? random.pick(WRONG_TABLES) : tableId(random, index)],
  ]
  if (random.oneIn(2)) lines.push(['Prism-Resendable', '1'])
  return { lines, body: Buffer.concat([payload, Buffer.from(slots)]) }
}

function leb128(number: number): readonly number[] {
  return number < 0x80 ? [number] : [(number & 0x7f) | 0x80, ...leb128(number >>> 7)]
}
