import { createHash } from 'node:crypto'
import { basename } from 'node:path'

/** The NATS subject of one barrier; `*` in place of a round: those of all barriers of a run. */
export function barrierSubject(run: string, round: string): string {
  return `prism-loadtest.barrier.${tokenOf(run)}.${round === '*' ? round : tokenOf(round)}`
}

/** The barrier before one load of a test: the same text in all shards. */
export function roundOf(file: string, test: string, load: number): string {
  return `${basename(file)} ${test} ${load}`
}

/** Any text as part of a subject. */
function tokenOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}
