import { EXIT, type ExitCode } from '../run-file/outcome.ts'

/** Does nothing: that it can be run shows that Node is new enough, and `start.mjs` says so if not. */
export async function run(): Promise<ExitCode> {
  return EXIT.good
}
