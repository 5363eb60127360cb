import { inputAt } from './inputs.ts'
import { Oracle } from './oracle.ts'
import { World } from './world.ts'

/** Inputs between two checks. */
const BATCH = 1_000

/** Indexes of inputs: from the first one up to, and without, `end`. */
export interface Range {
  readonly from: number
  readonly end: number
}

/** What was wrong, and after which inputs. */
export interface Finding {
  readonly range: Range
  readonly faults: readonly string[]
}

/** How a campaign went; `finding` is `null` if all held. */
export interface CampaignReport {
  readonly finding: Finding | null
  readonly inputs: number
  readonly deliveries: number
  readonly disconnects: number
}

/** Warnings that a whole campaign gives rise to, by process. */
const EXPECTED_WARNINGS = {
  host: ['MALFORMED_MESSAGE', 'FOREIGN_REPLY_SUBJECT'],
  durable: ['MALFORMED_MESSAGE', 'FOREIGN_REPLY_SUBJECT', 'CORRUPT_LOG_ENTRY'],
  sender: ['MALFORMED_RECEIPT', 'FOREIGN_GATEWAY', 'CORRUPT_LOG_ENTRY'],
} as const

/** Enough for each kind of warning to be due. */
const WHOLE_CAMPAIGN = 10_000

/** Sends the inputs of a range to a world of their own, with checks between, up to the first faults. */
export async function runCampaign(seed: number, { from, end }: Range): Promise<CampaignReport> {
  const world = await World.open()
  const oracle = new Oracle(world)
  const waiting = new AbortController()
  const deceived: string[] = []
  const waited = oracle.keepWaiting(waiting.signal, (faults) => deceived.push(...faults))
  const report = (inputs: number, finding: Finding | null): CampaignReport => {
    return { finding, inputs, deliveries: oracle.deliveries, disconnects: world.disconnects }
  }
  try {
    for (let at = from; at < end; at += BATCH) {
      const range = { from: at, end: Math.min(end, at + BATCH) }
      const inputs = Array.from({ length: range.end - at }, (_, n) => inputAt(seed, at + n)).filter(
        ({ kind }) => kind === (process.env['FUZZ_KIND'] ?? kind),
      )
      const [churnFaults] = await Promise.all([oracle.churn(), world.send(inputs)])
      const faults = [...churnFaults, ...(await oracle.check()), ...deceived]
      if (faults.length > 0) return report(range.end - from, { range, faults })
    }
    waiting.abort()
    await waited
    const whole = end - from >= WHOLE_CAMPAIGN
    const faults = [...deceived, ...(whole ? await oracle.checkHealth(EXPECTED_WARNINGS) : [])]
    return report(end - from, faults.length === 0 ? null : { range: { from, end }, faults })
  } finally {
    waiting.abort()
    await waited
    await world.close()
  }
}

/** How long a finding is narrowed, in ms; the halves under way when that has passed are still tried. */
const NARROWING_MS = 120_000

/**
 * The smallest range that is found to fail by itself, halving the one given as long as one of the
 * halves does. What needs both halves stays whole.
 */
export async function narrow(seed: number, finding: Finding): Promise<Finding> {
  const giveUp = performance.now() + NARROWING_MS
  let smallest = finding
  while (performance.now() < giveUp) {
    const { from, end } = smallest.range
    if (end - from <= 1) break
    const middle = Math.ceil((from + end) / 2)
    const first = await runCampaign(seed, { from, end: middle })
    const smaller = first.finding ?? (await runCampaign(seed, { from: middle, end })).finding
    if (smaller === null) break
    smallest = smaller
  }
  return smallest
}
