import { join } from 'node:path'
import { isInstalled } from '../../installed.ts'

/** The module that starts commands, in a harness: the repository, or the folder of the package. */
export function startOf(harness: string): string {
  return join(harness, isInstalled ? 'dist' : 'src', 'cli', 'start.mjs')
}
