import { serverField } from '../provenance/environment-fields.ts'

/**
 * A text that is the same for runs whose figures form one series: of one kind of backend and number of
 * generators, on machines with the same CPU model, cores and limits, with the same major versions of Node
 * and the servers, and requests started by the same technique. Patches of these and of the kernel don't
 * end a series, nor do versions of clients and configurations of servers; the trend shows where they changed.
 *
 * @param fingerprint of the run, see `fingerprintOf`.
 * @param dispatch the technique of the scenario.
 */
export function seriesText(fingerprint: ReadonlyMap<string, string>, dispatch: string): string {
  const kept = [...fingerprint].flatMap(([field, text]) => {
    const keep = KEPT.get(field) ?? (field.startsWith(SERVER) ? majors : undefined)
    return keep === undefined ? [] : [[field, keep(text)]]
  })
  return JSON.stringify([...kept, ['dispatch', dispatch]])
}

/** Servers other than Redis and NATS. */
const SERVER = serverField('')

const asIs = (text: string): string => text

/** What of a field tells series apart; fields that are missing here don't. */
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

/** `24` of `24.21.0`; of several machines, each once. A text that isn't a version is kept. */
function majors(text: string): string {
  return unique(text, (version) => /^v?(\d+)\./.exec(version)?.[1] ?? version)
}

/** `linux x64` of `linux x64 6.1.0-18`. */
function withoutVersion(text: string): string {
  return unique(text, (kernel) => kernel.replace(/ \S*$/, ''))
}

function unique(text: string, of: (part: string) => string): string {
  return [...new Set(text.split(', ').map(of))].sort().join(', ')
}
