import { serverField, topologyField } from '../provenance/environment-fields.ts'

/**
 * A text that is equal for runs whose figures form one series: the same kind of backend, number of generators, CPU
 * model, cores and limits, topologies, major versions of Node and the servers, and dispatch technique. Patches of these, the
 * kernel, versions of clients and configurations of servers may change within a series; the trend shows where.
 *
 * @param fingerprint of the run, see `fingerprintOf`.
 * @param dispatch the technique of the scenario.
 */
export function seriesText(fingerprint: ReadonlyMap<string, string>, dispatch: string): string {
  const kept = [...fingerprint].flatMap(([field, text]) => {
    const keep =
      KEPT.get(field) ??
      (field.startsWith(SERVER) ? majors : field.startsWith(TOPOLOGY) ? asIs : undefined)
    return keep === undefined ? [] : [[field, keep(text)]]
  })
  return JSON.stringify([...kept, ['dispatch', dispatch]])
}

/** Servers other than Redis and NATS. */
const SERVER = serverField('')

const TOPOLOGY = topologyField('')

const asIs = (text: string): string => text

/** Which part of a field distinguishes series; other fields don't. */
const KEPT: ReadonlyMap<string, (text: string) => string> = new Map([
  ['backend', asIs],
  ['Redis', majors],
  ['NATS', majors],
  ['server addresses', asIs],
  ['generators', asIs],
  ['CPU model', asIs],
  ['CPU cores', asIs],
  ['available cores', asIs],
  ['cgroup CPU limit', asIs],
  ['cgroup memory limit', asIs],
  ['kernel', withoutVersion],
  ['Node', majors],
])

/** `24` for `24.21.0`; for several machines, each value once. Keeps a text that is not a version. */
function majors(text: string): string {
  return unique(text, (version) => /^v?(\d+)\./.exec(version)?.[1] ?? version)
}

/** `linux x64` for `linux x64 6.1.0-18`. */
function withoutVersion(text: string): string {
  return unique(text, (kernel) => kernel.replace(/ \S*$/, ''))
}

function unique(text: string, of: (part: string) => string): string {
  return [...new Set(text.split(', ').map(of))].sort().join(', ')
}
