import { findProgram, missingPrograms } from '../../src/environment/programs.ts'
import { left, renderTable, right } from '../../src/report/terminal/table.ts'
import { medianOf } from '../../src/stats/quantile.ts'
import { OPERATION_NAMES, OPERATIONS, populate, type OperationName } from './access/operations.ts'
import { startAccessServers } from './access/servers.ts'
import { openVariant, PLAIN, tenantOf, VARIANTS, type OpenVariant } from './access/variants.ts'
import { test } from './measuring/core-test.ts'
import { interleave, type Contender, type Samples } from './measuring/interleave.ts'
import { reportContenders } from './measuring/compare.ts'

const CALLS = 100
const ROUNDS = 40
const WARM_UP_ROUNDS = 5

/*
 * What access control costs: each operation, one at a time, by registries that differ in nothing but how they are
 * let in. All on the same Redis.
 */
test('access: each operation with and without it', async ({
  annotate,
  bench,
  skip,
  onTestFinished,
}) => {
  const missing = missingPrograms()
  if (missing !== undefined) skip(missing)
  if (findProgram('openssl') === undefined)
    skip('openssl, which makes certificates, is not on the PATH')
  const servers = await startAccessServers(VARIANTS.map(tenantOf))
  onTestFinished(() => servers.stop())
  const contenders: Contender[] = []
  for (const variant of VARIANTS) {
    const opened = await openVariant(servers, variant)
    onTestFinished(() => opened.close())
    await populate(opened.registry)
    for (const operation of OPERATION_NAMES) {
      contenders.push(contenderOf(operation, variant.name, opened))
    }
  }
  const samples = await interleave(contenders, { rounds: ROUNDS, warmUpRounds: WARM_UP_ROUNDS })
  await reportContenders(bench, samples)
  await annotate(`\n${costTable(samples)}`)
})

function contenderOf(
  operation: OperationName,
  variant: string,
  { registry }: OpenVariant,
): Contender {
  let n = 0
  return {
    name: nameOf(operation, variant),
    calls: CALLS,
    run: async () => {
      for (let call = 0; call < CALLS; call += 1) await OPERATIONS[operation](registry, n++)
    },
  }
}

function nameOf(operation: OperationName, variant: string): string {
  return `${operation}, ${variant}`
}

/** The ratio of each variant's time to that of `plain`, by operation. */
function costTable(samples: Samples): string {
  const medianMs = (operation: OperationName, variant: string): number =>
    medianOf((samples.get(nameOf(operation, variant)) ?? []).map(({ ms }) => ms))
  const columns = [left('time by plain'), ...OPERATION_NAMES.map((operation) => right(operation))]
  const rows = VARIANTS.map(({ name }) => [
    name,
    ...OPERATION_NAMES.map((operation) => {
      const plainMs = medianMs(operation, PLAIN)
      if (name === PLAIN) return `${(plainMs * 1_000).toFixed(0)} µs`
      return (medianMs(operation, name) / plainMs).toFixed(2)
    }),
  ])
  return renderTable(columns, rows)
}
