import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { openSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Family, rootOf } from './family.ts'
import { npmArguments } from './loads.ts'
import type { Process } from './processes.ts'
import type { Row } from './row.ts'
import type { Rig } from './rig.ts'

const PROJECT = resolve(import.meta.dirname, '../..')
const CLOCK_PRELOAD = pathToFileURL(join(import.meta.dirname, 'step-clock.mjs')).href
/** The process's end and its last output: heirs of the pipe may keep it open. */
const LAST_OUTPUT_MS = 200

/** A running `npm run loadtest` or `npm run bench`. */
export class Command {
  readonly spawnedMs = Date.now()
  readonly root: Process
  readonly family: Family
  /** The exit code, as a shell reports it. */
  readonly exitCode: Promise<number>
  readonly #child: ChildProcess
  #output = ''

  constructor(row: Row, rig: Rig, onOutput: (chunk: string) => void) {
    const setting = `FAULTS_RUN=${randomUUID()}`
    const isFull = row.stage.output === '/dev/full'
    const child = spawn('npm', npmArguments(row.load, rig.places), {
      cwd: PROJECT,
      env: environmentOf(row, rig, setting),
      // It leads a process group, like a shell's foreground job.
      detached: true,
      stdio: ['ignore', isFull ? openSync('/dev/full', 'w') : 'pipe', 'pipe'],
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.#output += chunk
        if (stream === child.stdout) onOutput(chunk)
      })
    }
    this.exitCode = new Promise((resolveExit, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        const exitCode = signal === null ? (code ?? 0) : 128 + constants.signals[signal]
        setTimeout(resolveExit, LAST_OUTPUT_MS, exitCode)
      })
    })
    this.root = rootOf(child.pid)
    this.family = new Family(this.root, setting)
  }

  /** Standard output and standard error together. */
  get output(): string {
    return this.#output
  }

  /** Closes the reading end of standard output. */
  closeOutput(): void {
    this.#child.stdout?.destroy()
  }

  /** Ends all remaining processes, and stops watching. */
  end(): void {
    this.family.end()
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
  }
}

function environmentOf({ load, steps, stage }: Row, rig: Rig, setting: string): NodeJS.ProcessEnv {
  const { redisUrl, natsUrl } = rig.places
  const [name = '', value] = setting.split('=')
  const movesClock =
    stage.clockAheadMs !== 0 || steps.some(({ fault }) => fault.kind === 'step clock')
  const isExternal = load.as === 'scenario' && load.servers === 'harness'
  const mine = Object.entries(process.env).filter(
    ([key]) => !/^(npm_|BENCH_|VITEST|GITHUB_STEP_SUMMARY$)/.test(key),
  )
  return {
    ...Object.fromEntries(mine),
    [name]: value,
    TMPDIR: rig.temporary,
    // Compiled once for all rows; by default it lies in the temporary folder.
    NODE_COMPILE_CACHE: join(tmpdir(), 'faults-compile-cache'),
    BENCH_BACKEND: load.servers === 'run' ? 'programs' : '',
    REDIS_URL: isExternal ? redisUrl : '',
    NATS_URL: isExternal ? natsUrl : '',
    NODE_OPTIONS: movesClock ? `--import=${CLOCK_PRELOAD}` : '',
    FAULTS_CLOCK: rig.clockFile,
    CI: '',
    NO_COLOR: '1',
  }
}
