import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Ended } from './command.ts'

/** Time for commands to get ready, in s; the longer ones are for busy machines. */
const LEADS = [15, 60, 180]

/** Allows for all of them. */
export const START_TIMEOUT = { timeout: 400_000 }

/**
 * Runs commands whose loads start at a given time, and again with more time to get ready if one was too late.
 * @param folder their results folder, emptied before they run again.
 */
export async function startInTime<Ends extends Ended | readonly Ended[]>(
  folder: string,
  run: (startAt: string) => Promise<Ends>,
): Promise<Ends> {
  const [leadSeconds = 0, ...longer] = LEADS
  let ends = await run(startsIn(leadSeconds))
  for (const seconds of longer) {
    if (!endsOf(ends).some(wasTooLate)) break
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
    ends = await run(startsIn(seconds))
  }
  return ends
}

/** A `--start-at` that many seconds ahead. */
export function startsIn(seconds: number): string {
  return new Date(Date.now() + seconds * 1_000).toISOString()
}

function endsOf(ends: Ended | readonly Ended[]): readonly Ended[] {
  return 'exitCode' in ends ? [ends] : ends
}

function wasTooLate({ stdout, stderr }: Ended): boolean {
  return /the load was ready .* too late|it has to be at least 3 s ahead/.test(stdout + stderr)
}
