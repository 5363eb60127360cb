import { inputAt } from './inputs.ts'
import type { RegistryWarningCode } from '../../warnings.ts'
import { Oracle } from './oracle.ts'
import type { Health } from './tested-calls.ts'
import { DURABLE_HOST, HOST, SENDER, World } from './world.ts'

/** Inputs between two checks. */
const BATCH = 2_000

/** A range of input indexes, without `end`. */
export interface Range {
  readonly from: number
  readonly end: number
}

/** The faults, and the inputs before them. */
export interface Finding {
  readonly range: Range
  readonly faults: readonly string[]
}

/** The result of a campaign; `finding` is `null` without a fault. */
export interface CampaignReport {
  readonly finding: Finding | null
  readonly inputs: number
  readonly deliveries: number
  readonly disconnects: number
  /** The output of the host, the durable host and the sender without a fault. */
  readonly health: readonly Health[]
}

/** Warnings that a whole campaign must cause, by process. */
const EXPECTED_WARNINGS: Readonly<Record<string, readonly RegistryWarningCode[]>> = {
  [HOST]: ['MALFORMED_MESSAGE', 'FOREIGN_REPLY_SUBJECT'],
  [DURABLE_HOST]: [
    'MALFORMED_MESSAGE',
    'FOREIGN_REPLY_SUBJECT',
    'CORRUPT_RECORD',
    'CORRUPT_LOG_ENTRY',
  ],
  [SENDER]: ['MALFORMED_RECEIPT', 'FOREIGN_GATEWAY', 'CORRUPT_RECORD', 'CORRUPT_LOG_ENTRY'],
}

/** Enough inputs for each kind of warning to be due. */
const WHOLE_CAMPAIGN = 10_000
/** The largest heap of a process under test after a collection, in bytes: several times its need. */
const MAX_HEAP_BYTES = 200 * 1024 * 1024

function unhealthy({ process, warnings, heapBytes }: Health): readonly string[] {
  const faults = (EXPECTED_WARNINGS[process] ?? [])
    .filter((code) => (warnings[code] ?? 0) === 0)
    .map((code) => `${process} counted no ${code}`)
  if (heapBytes > MAX_HEAP_BYTES) faults.push(`${process} holds ${heapBytes} bytes`)
  return faults
}

/** Sends the inputs of a range to a world of their own, with checks in between, up to the first faults. */
export async function runCampaign(seed: number, { from, end }: Range): Promise<CampaignReport> {
  const world = await World.open()
  const oracle = new Oracle(world)
  const waiting = new AbortController()
  const deceived: string[] = []
  const waited = oracle.keepWaiting(waiting.signal, (faults) => deceived.push(...faults))
  const report = (inputs: number, finding: Finding | null, health: readonly Health[] = []) => {
    const { deliveries } = oracle
    return { finding, inputs, deliveries, disconnects: world.disconnects, health }
  }
  try {
    for (let at = from; at < end; at += BATCH) {
      const range = { from: at, end: Math.min(end, at + BATCH) }
      const inputs = Array.from({ length: range.end - at }, (_, n) => inputAt(seed, at + n))
      const [churnFaults] = await Promise.all([oracle.churn(), world.send(inputs)])
      const faults = [...churnFaults, ...(await oracle.check()), ...deceived]
      if (faults.length > 0) return report(range.end - from, { range, faults })
    }
    waiting.abort()
    await waited
    if (deceived.length > 0) return report(end - from, { range: { from, end }, faults: deceived })
    const health = await Promise.all(world.processes.map((process) => process.call('health')))
    const faults = end - from < WHOLE_CAMPAIGN ? [] : health.flatMap(unhealthy)
    return report(end - from, faults.length === 0 ? null : { range: { from, end }, faults }, health)
  } finally {
    waiting.abort()
    await waited
    await world.close()
  }
}

/** How long a finding is narrowed, in ms; halves begun before that are still tried. */
const NARROWING_MS = 120_000

/**
 * The smallest range found to fail by itself, by halving the given one as long as one of the
 * halves fails. A range that needs both halves is not divided.
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
