import { resolve } from 'node:path'

/**
 * The folder of run files that a user means.
 * @param flag what `--results` says, if it does.
 */
export function runFolder(flag: string | undefined): string {
  return resolve(flag ?? (process.env['BENCH_RESULTS'] || 'results'))
}
