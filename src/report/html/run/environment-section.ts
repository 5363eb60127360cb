import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { formatBytes, formatCount, formatMs } from '../../../format.ts'
import type { RunFile } from '../../../run-file/run-file.ts'
import { dataTable } from '../data-table.ts'
import { factList, type Fact } from './facts.ts'

/** Where a run took place: the system under test, the machine, the versions. */
export function environmentSection(run: RunFile): VNode {
  const { system, generators } = run
  const shards = generators.kind === 'merged' ? generators.shards : []
  return html`<section id="environment" aria-labelledby="environment-heading">
    <h2 id="environment-heading">Environment</h2>
    ${system.kind === 'memory' ? html`<p class="notice doubtful">${system.notice}</p>` : null}
    ${factList('facts', [...runFacts(run), ...machineFacts(run.environment)])}
    ${
      'servers' in system
        ? dataTable({
            caption: 'Servers',
            columns: [
              { heading: 'server' },
              { heading: 'version' },
              { heading: 'topology' },
              { heading: 'addresses' },
            ],
            rows: system.servers.map(({ name, version, topology, addresses }) => [
              name,
              version,
              topology ?? 'single server',
              addresses.join(', '),
            ]),
          })
        : null
    }
    ${
      run.reference === null
        ? null
        : dataTable({
            caption: `Reference workload v${run.reference.version}: ${formatCount(run.reference.roundTrips)} round trips per server`,
            columns: [
              { heading: 'server' },
              { heading: 'P50 of a round trip', isFigure: true },
              { heading: 'spread', isFigure: true },
            ],
            rows: run.reference.parts.map(({ name, p50Ms, spread }) => [
              name,
              formatMs(p50Ms),
              `${(spread * 100).toFixed(1)} %`,
            ]),
          })
    }
    ${dataTable({
      caption: 'Shards',
      columns: [
        { heading: 'run' },
        { heading: 'CPU' },
        { heading: 'cores', isFigure: true },
        { heading: 'Node' },
      ],
      rows: shards.map(({ runId, environment }) => [
        runId,
        environment.cpuModel,
        formatCount(environment.availableCores),
        environment.nodeVersion,
      ]),
    })}
  </section>`
}

function runFacts({ runId, profile, commit, system, generators }: RunFile): readonly Fact[] {
  return [
    ['Run', runId],
    ['Profile', profile],
    [
      'Commit',
      commit === null ? 'none' : `${commit.sha}${commit.isDirty ? ', with local changes' : ''}`,
    ],
    ['Branch', commit?.branch ?? null],
    ['System', system.kind],
    [
      'Server configuration',
      'configurationHash' in system ? (system.configurationHash ?? 'unknown') : null,
    ],
    [
      'Generators',
      generators.kind === 'shard'
        ? `shard ${generators.shard} of ${generators.of}`
        : generators.kind === 'merged'
          ? formatCount(generators.shards.length)
          : '1',
    ],
  ]
}

function machineFacts(environment: RunFile['environment']): readonly Fact[] {
  const { cpuModel, cpuCores, availableCores, memoryBytes, cgroup, os } = environment
  const cores =
    availableCores === cpuCores ? `${cpuCores} cores` : `${availableCores} of ${cpuCores} cores`
  return [
    ['CPU', `${cpuModel}, ${cores}`],
    ['CPU limit', cgroup.cpuCores === null ? 'none' : `${cgroup.cpuCores} cores`],
    ['Memory', formatBytes(memoryBytes)],
    ['Memory limit', cgroup.memoryBytes === null ? 'none' : formatBytes(cgroup.memoryBytes)],
    ['Operating system', `${os.name}, ${os.platform} ${os.architecture} ${os.kernel}`],
    ['Node', environment.nodeVersion],
    [
      'Packages',
      Object.entries(environment.packages)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ') || null,
    ],
  ]
}
