import { left, renderTable, right, tableWidth } from '../report/terminal/table.ts'
import { fitLines } from '../report/terminal/wrap.ts'
import { DEFAULTS, type AskedDemand, type Assumptions, type Demand } from './demand.ts'
import { counted, formatAmount, formatBytes, formatCount, formatPercent } from '../format.ts'
import type { Plan } from './plan.ts'
import { firstToSaturate, UTILISATIONS, type UtilisedPart } from './ratios.ts'

/** A line of the table: a heading, or a figure per plan. */
type Row = readonly [label: string, cell?: (plan: Plan) => string]

const ROWS: readonly Row[] = [
  ['demand'],
  ['  identities', ({ demand }) => formatCount(demand.identities)],
  ['  changes/s', ({ demand }) => formatAmount(changesOf(demand))],
  [
    '  enumerates/s × matches',
    ({ demand }) => `${formatCount(demand.enumerates)} × ${formatCount(demand.matches)}`,
  ],
  [
    '  multicasts/s × targets',
    ({ demand }) => `${formatCount(demand.multicasts)} × ${formatCount(demand.targets)}`,
  ],
  ['needs per second'],
  ['  Redis commands', ({ needs }) => formatAmount(needs['redis.commands'])],
  ['  Redis bytes in', ({ needs }) => formatBytes(needs['redis.bytesIn'])],
  ['  Redis bytes out', ({ needs }) => formatBytes(needs['redis.bytesOut'])],
  ['  Redis CPU', ({ needs }) => formatCores(needs['redis.cpuUs'] / 1e6)],
  ['  NATS messages in, and out', ({ needs }) => formatAmount(needs['nats.messagesIn'])],
  ['  NATS bytes in, and out', ({ needs }) => formatBytes(needs['nats.bytesIn'])],
  ['  NATS CPU', ({ needs }) => formatCores(needs['nats.cpuUs'] / 1e6)],
  [
    '  replicas: CPU to follow changes',
    ({ followingCores, demand: { namespaces, replicas } }) =>
      formatCores(followingCores * namespaces * replicas),
  ],
  [
    '  replicas: CPU of requests',
    ({ needs, followingCores, demand: { namespaces, replicas } }) =>
      formatCores(needs['reader.cpuUs'] / 1e6 - followingCores * namespaces * replicas),
  ],
  [
    '  gateways: CPU',
    ({ needs }) => formatCores((needs['gateway.cpuUs'] + needs['writer.cpuUs']) / 1e6),
  ],
  ['memory'],
  ['  Redis', ({ needs }) => formatBytes(needs['redis.memoryBytes'])],
  [
    '  each replica',
    ({ needs, demand: { namespaces, replicas } }) =>
      formatBytes(needs['reader.memoryBytes'] / namespaces / replicas),
  ],
  ['  CPU to load one', ({ loadingS }) => `${formatAmount(loadingS)} s`],
  ['used, if there were one of each'],
  ...(Object.keys(UTILISATIONS) as UtilisedPart[]).map((part): Row => [
    `  ${UTILISATIONS[part]}`,
    ({ utilisations }) => formatPercent(utilisations[part]),
  ]),
  ['  saturates first', ({ utilisations }) => UTILISATIONS[firstToSaturate(utilisations)]],
  ['needed'],
  ['  namespaces', ({ demand }) => formatCount(demand.namespaces)],
  [
    '  Redis nodes',
    ({ redis }) => (redis.nodes === null ? 'none will do' : formatCount(redis.nodes)),
  ],
  ['  with hash tags chosen by slot', ({ redis }) => formatCount(redis.balancedNodes)],
  ['  NATS servers', ({ nats }) => formatCount(nats.servers)],
  ['  with clients spread evenly', ({ nats }) => formatCount(nats.balancedServers)],
  ['  replicas of each namespace', ({ demand }) => formatCount(demand.replicas)],
  ['  processes that keep replicas', ({ readers }) => formatCount(readers)],
  ['  gateways', ({ demand }) => formatCount(demand.gateways)],
]

/**
 * One column per plan, and the assumptions.
 * @param width of the terminal, in columns: plans that don't fit beside others are below them.
 */
export function renderPlans(
  plans: readonly Plan[],
  asked: readonly AskedDemand[],
  assumptions: Assumptions,
  measuredOn: string,
  width: number,
): string {
  const lines = [...notesOf(plans, asked), ...assumed(asked, assumptions, measuredOn)]
  return fitLines([tables(plans, width), '', ...lines].join('\n'), width)
}

function tables(plans: readonly Plan[], width: number): string {
  const rows = ROWS.map(([label, cell]) => [
    label,
    ...plans.map((plan) => (cell === undefined ? '' : cell(plan))),
  ])
  // Several plans are numbered, as in the notes on them.
  const columns = plans.map((_, at) => right(plans.length === 1 ? '' : `plan ${at + 1}`))
  const parts = (count: number): readonly (readonly number[])[] =>
    Array.from({ length: Math.ceil(plans.length / count) }, (_, part) =>
      plans.map((_plan, at) => at).slice(part * count, (part + 1) * count),
    )
  const partOf = (at: readonly number[]) =>
    [
      [left(''), ...at.flatMap((i) => columns[i] ?? [])],
      rows.map((row) => [row[0] ?? '', ...at.map((i) => row[i + 1] ?? '')]),
    ] as const
  const counts = plans.map((_, i) => plans.length - i)
  const fitting = counts.find((count) =>
    parts(count).every((at) => tableWidth(...partOf(at)) <= width),
  )
  return parts(fitting ?? 1)
    .map((at) => renderTable(...partOf(at), width))
    .join('\n\n')
}

function changesOf({ heartbeats, registrations, unregistrations }: Demand): number {
  return heartbeats + registrations + unregistrations
}

/** Problems of the plans, and deviations from the given figures. */
function notesOf(plans: readonly Plan[], asked: readonly AskedDemand[]): readonly string[] {
  return plans.flatMap(({ problems, demand: { gateways } }, at) => {
    const which = plans.length === 1 ? '' : ` ${at + 1}`
    const askedGateways = asked[at]?.gateways ?? gateways
    return [
      ...problems.map((problem) => `Plan${which} can't be carried out: ${problem}.`),
      ...(askedGateways < gateways
        ? [
            `Plan${which} has ${formatCount(gateways)} gateways: ${formatCount(askedGateways)} would have too much to receive.`,
          ]
        : []),
    ]
  })
}

function assumed(
  asked: readonly AskedDemand[],
  assumptions: Assumptions,
  measuredOn: string,
): readonly string[] {
  const { utilisation, natsCores, redisMemoryBytes, processMemoryBytes, networkBytes } = assumptions
  const open = (Object.keys(DEFAULTS) as (keyof Demand)[]).filter(
    (name) => !asked.every((demand) => demand[name] !== undefined),
  )
  return [
    ...(open.length === 0
      ? []
      : ['Assumed:', ...open.map((name) => `  ${LABELS[name]}: ${DEFAULTS[name]}`)]),
    `Utilisation is at most ${formatPercent(utilisation)} of:`,
    `  one core and ${formatBytes(redisMemoryBytes)} per Redis node`,
    `  ${counted(natsCores, 'core')} per NATS server`,
    `  one core and ${formatBytes(processMemoryBytes)} per process`,
    `  ${formatBytes(networkBytes)}/s per machine and direction`,
    measuredOn,
  ]
}

const LABELS: Readonly<Record<keyof Demand, string>> = {
  identities: 'identities',
  namespaces: 'namespaces',
  metadataBytes: 'metadata, in bytes',
  heartbeats: 'heartbeats',
  registrations: 'registrations',
  unregistrations: 'unregistrations',
  enumerates: 'enumerates/s',
  matches: 'matches of each',
  multicasts: 'multicasts/s',
  targets: 'targets of each',
  payloadBytes: 'payload, in bytes',
  gateways: 'gateways',
  replicas: 'replicas of each namespace',
}

/** CPU time per second, in cores. */
function formatCores(cores: number): string {
  const amount = formatAmount(cores)
  return `${amount} core${amount === '1' ? '' : 's'}`
}
