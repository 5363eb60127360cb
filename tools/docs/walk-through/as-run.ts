import type { Step } from './steps.ts'

/** What differs from one machine to the next. */
export interface Machine {
  /** The monitoring port of NATS: 8222, or another where that is taken. */
  readonly monitorPort: number
  readonly hasJq: boolean
  /** Durations stay as they are written. */
  readonly isFullLength: boolean
}

/** A command of a document, as it is run. */
export type AsRun = {
  /** What of it is not run, and why. */
  readonly leftOut: readonly LeftOut[]
} & (
  | { readonly kind: 'run'; readonly command: string; readonly isEndless: boolean }
  | { readonly kind: 'not run' }
)

export interface LeftOut {
  readonly text: string
  readonly reason: string
}

/** How long a load is at least and at most, where durations are shortened. */
const MIN_SECONDS = 2
const MAX_SECONDS = 3

/**
 * A command as it is run. Documents are followed word for word but for this:
 *
 * - Durations: `-d 60s` is a twentieth, at least 2 s and at most 3 s. Rates are as written.
 * - `docker exec -it` is `docker exec -i`, for there is no terminal. What is typed into a client is
 *   typed into a session of its own; `MONITOR`, which doesn't end by itself, is ended.
 * - Where the machine's port 8222 is taken, `localhost:8222` is another port.
 * - Not run: `cd …`, for docker-compose.yml is in the project's folder; `apk add … &&`, for what it
 *   would install is there; `| jq` where there is no jq.
 */
export function asRun(step: Step, { monitorPort, hasJq, isFullLength }: Machine): AsRun {
  const { text, typedInto } = step
  if (typedInto !== null) {
    const command = `echo ${quoted(text)} | ${withoutTerminal(typedInto)}`
    return { kind: 'run', command, isEndless: text.toUpperCase() === 'MONITOR', leftOut: [] }
  }
  if (text.startsWith('cd ')) {
    const reason = "docker-compose.yml is in the project's own folder, where this runs"
    return { kind: 'not run', leftOut: [{ text, reason }] }
  }
  const leftOut: LeftOut[] = []
  const leave = (pattern: RegExp, reason: string) => (command: string) => {
    const [part] = pattern.exec(command) ?? []
    if (part === undefined) return command
    leftOut.push({ text: `${part.trim()} (of: ${text})`, reason })
    return command.replace(part, '')
  }
  const changes: readonly ((command: string) => string)[] = [
    leave(
      /\bapk add [\w-]+ && /,
      'redis-cli is in the image, which installs no packages when it runs',
    ),
    ...(hasJq
      ? []
      : [leave(/ \| jq$/, 'jq is not installed here; its input is checked to be JSON')]),
    ...(isFullLength ? [] : [shortened]),
    withoutTerminal,
    (command) => command.replaceAll('localhost:8222', `localhost:${monitorPort}`),
  ]
  const command = changes.reduce((before, change) => change(before), text)
  return { kind: 'run', command, isEndless: false, leftOut }
}

function shortened(command: string): string {
  return command.replaceAll(/(?<= -d )(\d+)s\b/g, (_, seconds: string) => {
    const twentieth = Math.round(Number(seconds) / 20)
    return `${Math.min(Math.max(twentieth, MIN_SECONDS), MAX_SECONDS)}s`
  })
}

function withoutTerminal(command: string): string {
  return command.replace(/^docker exec -it /, 'docker exec -i ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
