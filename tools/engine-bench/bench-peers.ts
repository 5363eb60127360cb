import { readFileSync } from 'node:fs'
import { findContenders, measurePeers } from './peers/measure-peers.ts'
import {
  describeContenders,
  describeMissing,
  peersSection,
  withSection,
} from './peers/peers-section.ts'
import { renderPeersTable } from './peers/peers-table.ts'
import { InputError } from '../../src/input-error.ts'
import { EXIT } from '../../src/exit-code.ts'
import { writeWholeFile } from '../../src/run-file/write/whole-files.ts'
import type { CommandEnd } from '../../src/process/run-command.ts'
import { onSignals } from '../../src/process/signals.ts'

/**
 * Compares our engine with other generators, using an independent judge, and prints one table.
 * @param steadyMs the duration of the judgement per generator and rate.
 * @param page a file in which the table replaces a section.
 * @throws InputError if generators don't support that duration, or the page lacks that section.
 */
export async function benchPeers(steadyMs: number, page: string | undefined): Promise<CommandEnd> {
  if (steadyMs % 1_000 !== 0) {
    throw new InputError('--duration: with --peers it must be in whole seconds, such as 9s.')
  }
  if (page !== undefined) readPageWith(page, '')
  const { found, missing } = await findContenders()
  process.stdout.write(`${describeContenders(found)}\n`)
  for (const generator of missing) process.stdout.write(`${describeMissing(generator)}\n`)

  const interrupted = new AbortController()
  const signals = onSignals(() => interrupted.abort())
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const rows = await measurePeers(found, steadyMs, say, interrupted.signal)
  process.stdout.write(`\n${renderPeersTable(rows)}\n`)
  if (signals.exitCode !== null) return signals.exitCode
  if (page !== undefined) writeWholeFile(page, readPageWith(page, peersSection(rows, missing)))
  return EXIT.good
}

function readPageWith(path: string, section: string): string {
  const text = withSection(readPage(path), section)
  if (text !== null) return text
  throw new InputError(
    `--page: ${path} has no place for the table. Put <!-- peers --> and <!-- end of peers --> there.`,
  )
}

function readPage(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split(',')
    throw new InputError(`--page: ${path}: ${reason}. Name a page that exists.`)
  }
}
