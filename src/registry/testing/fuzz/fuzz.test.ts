import { randomInt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { missingPrograms } from '../../../environment/programs.ts'
import { type Finding, narrow, type Range, runCampaign } from './campaign.ts'
import { describeInput, inputAt } from './inputs.ts'

/**
 * `FUZZ_SEED` repeats a run. `FUZZ_INPUTS` is how many inputs there are, or which: `4711` is a number of
 * them, `4711-4712` only that one, `4000-5000` those from 4000 to 4999.
 */
const SEED = Number(
  process.env['FUZZ_SEED'] ?? (process.env['CI'] ? 20_260_102 : randomInt(1, 2 ** 31)),
)
const RANGE = rangeFrom(process.env['FUZZ_INPUTS'] ?? '100000')
/** At most this many inputs of a finding are shown. */
const SHOWN = 3

const missing = missingPrograms()

describe.skipIf(missing !== undefined)(
  'A registry (needs redis-server and nats-server on the PATH)',
  () => {
    test(
      'keeps working under arbitrary input from NATS and Redis, and reports no false delivery',
      async ({ annotate }) => {
        const report = await runCampaign(SEED, RANGE)
        const { finding, inputs, deliveries, disconnects, health } = report
        await annotate(
          `FUZZ_SEED=${SEED}: ${inputs} inputs, ${deliveries} deliveries between them, ${disconnects} connections closed by the server; ${JSON.stringify(health)}`,
        )
        if (finding !== null) expect.fail(await explained(finding))
      },
      30 * 60_000,
    )
  },
)

async function explained(finding: Finding): Promise<string> {
  const { range, faults } = await narrow(SEED, finding)
  const indexes = Array.from(
    { length: Math.min(SHOWN, range.end - range.from) },
    (_, n) => range.from + n,
  )
  return [
    ...finding.faults.slice(0, 3),
    `Found with FUZZ_SEED=${SEED}, up to input ${finding.range.end}. The smallest range that fails by itself:`,
    ...faults.slice(0, 3),
    `Repeat with FUZZ_SEED=${SEED} FUZZ_INPUTS=${range.from}-${range.end}; the inputs are`,
    ...indexes.map((index) => `${index}: ${describeInput(inputAt(SEED, index))}`),
  ].join('\n')
}

function rangeFrom(text: string): Range {
  const [, from = '0', end = ''] = /^(?:(\d+)-)?(\d+)$/.exec(text) ?? []
  if (end === '' || Number(end) <= Number(from)) {
    throw new Error(
      `FUZZ_INPUTS is "${text}"; write a number of inputs, or a range such as 4000-5000.`,
    )
  }
  return { from: Number(from), end: Number(end) }
}
