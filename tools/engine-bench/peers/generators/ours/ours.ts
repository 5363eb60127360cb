import { fileURLToPath } from 'node:url'
import type { DispatchOption, Technique } from '../../../../../src/load/dispatch/technique.ts'
import type { JudgedLoad } from '../../judge/judged-load.ts'
import type { ResponseTimes } from '../../judge/truth.ts'
import type { FoundGenerator } from '../generator.ts'

/** The argument of our generator's program. */
export interface OurTask {
  readonly load: JudgedLoad
  readonly url: string
  readonly dispatch: DispatchOption
}

/** Its output. */
export interface OurReport {
  readonly technique: Technique
  readonly times: ResponseTimes
}

const PROGRAM = fileURLToPath(new URL('program.ts', import.meta.url))

/** Our engine with Node's HTTP client, in its own process like the others. */
export function ours(dispatch: DispatchOption): FoundGenerator {
  return {
    program: process.execPath,
    version: `Node ${process.version}`,
    generator: {
      name: `ours, ${dispatch}`,
      programs: [],
      install: 'npm ci',
      versionArgs: [],
      readVersion: () => null,
      goModule: null,
      calibrationMs: 0,
      reportsFromMs: ({ warmUpMs }) => warmUpMs,
      command: ({ load, url }) => {
        const task: OurTask = { load, url, dispatch }
        return { args: [PROGRAM, JSON.stringify(task)] }
      },
      readReport: async ({ printed }) => {
        const { technique, times }: OurReport = JSON.parse(printed)
        return { times, choice: dispatch === 'auto' ? technique : null }
      },
    },
  }
}
