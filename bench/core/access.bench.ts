import { findProgram, missingPrograms } from '../../src/environment/programs.ts'
import { left, renderTable, right } from '../../src/report/terminal/table.ts'
import { medianOf } from '../../src/stats/quantile.ts'
import { startCaller } from './access/caller.ts'
import { OPERATION_NAMES, OPERATIONS, populate, type OperationName } from './access/operations.ts'
import { startAccessServers } from './access/servers.ts'
import {
  ALL_BUT_TLS,
  openVariant,
  PLAIN,
  tenantOf,
  VARIANTS,
  type OpenVariant,
} from './access/variants.ts'
import { reportContenders } from './measuring/compare.ts'
import { test } from './measuring/core-test.ts'
import { judgeFigure, renderFigures, US, type Figure } from './measuring/figures.ts'
import { interleave, type Contender, type Samples } from './measuring/interleave.ts'

const CALLS = 50
const ROUNDS = 100
const WARM_UP_ROUNDS = 10

/*
 * What access control costs: each operation, one call at a time, by registries that differ in nothing but who is let in
 * and how. All are on the same Redis.
 */
test('access: each operation with and without it', async ({
  annotate,
  bench,
  judge,
  skip,
  onTestFinished,
}) => {
  const missing = missingPrograms()
  if (missing !== undefined) skip(missing)
  if (findProgram('openssl') === undefined) skip('openssl is not on the PATH')
  const servers = await startAccessServers(VARIANTS.map(tenantOf))
  onTestFinished(() => servers.stop())
  const caller = await startCaller(VARIANTS.map(tenantOf), 'loadtest-user-*')
  onTestFinished(() => caller.stop())
  const contenders: Contender[] = []
  for (const variant of VARIANTS) {
    const opened = await openVariant(servers, variant, caller)
    onTestFinished(() => opened.close())
    await populate(opened.registry)
    for (const operation of OPERATION_NAMES) {
      contenders.push(contenderOf(operation, variant.name, opened))
    }
  }
  const samples = await interleave(contenders, { rounds: ROUNDS, warmUpRounds: WARM_UP_ROUNDS })
  const figure: Figure = {
    what: "register's time with everything but TLS, by its time without",
    ratio: [nameOf('register', ALL_BUT_TLS), nameOf('register', PLAIN)],
    must: { atMost: 1.15 },
  }
  await reportContenders(bench, samples)
  await annotate(`\n${costTable(samples)}\n\n${renderFigures([figure], samples)}`)
  await judge([judgeFigure(figure, samples)])
})

const DECISIONS = 1_000
const VERIFICATIONS = 20

test('authorizer: a decision', async ({ compare, onTestFinished }) => {
  const caller = await startCaller(['orders'], 'loadtest-user-*')
  onTestFinished(() => caller.stop())
  const question = {
    credentials: caller.token,
    operation: 'register',
    namespace: 'orders',
    identities: ['loadtest-user-7'],
    pattern: null,
    fields: [],
  } as const
  const deciding = (by: 'authorizer' | 'forgetful', calls: number) => async () => {
    for (let call = 0; call < calls; call += 1) {
      const decision = caller[by].decide(question)
      const { allowed } =
        decision instanceof Promise ? await decision : (decision as { allowed: boolean })
      if (!allowed) throw new Error('The token was refused.')
    }
  }
  await compare({
    contenders: [
      { name: 'known token', run: deciding('authorizer', DECISIONS), calls: DECISIONS },
      { name: 'signature', run: deciding('forgetful', VERIFICATIONS), calls: VERIFICATIONS },
    ],
    figures: [
      {
        what: 'a decision about a token that was verified before, in µs',
        ratio: ['known token', US],
        must: { atMost: 5 },
      },
      {
        what: 'a decision with its signature verified, in µs',
        ratio: ['signature', US],
        must: { atMost: 1_000 },
      },
    ],
    rounds: 100,
    warmUpRounds: 20,
  })
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

/** Each variant's time by that of `plain`, for each operation. */
function costTable(samples: Samples): string {
  const medianMs = (operation: OperationName, variant: string): number =>
    medianOf((samples.get(nameOf(operation, variant)) ?? []).map(({ ms }) => ms))
  const columns = [
    left(`× time, ${PLAIN}`),
    ...OPERATION_NAMES.map((operation) => right(operation)),
  ]
  const rows = VARIANTS.map(({ name }) => [
    name,
    ...OPERATION_NAMES.map((operation) => {
      const plainMs = medianMs(operation, PLAIN)
      if (name === PLAIN) return `${(plainMs / US).toFixed(0)} µs`
      return (medianMs(operation, name) / plainMs).toFixed(2)
    }),
  ])
  return renderTable(columns, rows)
}
