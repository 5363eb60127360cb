import type { Command } from './commands.ts'
import type { Ran } from './run-command.ts'

/** A command whose output must contain something, even if its page does not show it. */
interface Rule {
  readonly command: RegExp
  readonly shows: string
  readonly holds: (printed: string) => boolean
  /** The command is repeated until its output is right. */
  readonly isAwaited?: true
}

const RULES: readonly Rule[] = [
  {
    command: /^docker-compose ps\b/,
    shows: 'healthy containers only',
    holds: (printed) =>
      /\bUp\b.*\(healthy\)/.test(printed) && !/\(unhealthy\)|starting\)|\bExit/.test(printed),
    isAwaited: true,
  },
  {
    command: /^docker-compose logs\b/,
    shows: 'log lines',
    holds: (printed) => / \|.* /.test(printed),
  },
  {
    command: /\bredis-cli -h redis ping\b/,
    shows: 'PONG',
    holds: (printed) => /^PONG\s*$/m.test(printed),
  },
  {
    command: /^DBSIZE$/,
    shows: 'more keys than the index and the log',
    holds: (printed) => Number(/^(?:\(integer\) )?(\d+)$/m.exec(printed)?.[1]) > 2,
  },
  { command: /^HGETALL /, shows: 'a registration that is online', holds: isOnlineRegistration },
  {
    command: /^MONITOR$/,
    shows: 'commands as they come',
    holds: (printed) => /^OK\s*$/m.test(printed) && MONITORED.test(printed),
  },
  { command: /^curl .*\/varz\b/, shows: 'a server_id', holds: (text) => hasKey(text, 'server_id') },
  {
    command: /^curl .*\/connz\b/,
    shows: 'the number of connections',
    holds: (text) => hasKey(text, 'num_connections'),
  },
]

/** One command that MONITOR shows. */
export const MONITORED = /^\d+\.\d+ \[.*\n/m

/** Exit codes of commands that measure: an SLO may be missed, or a busy machine may decide nothing. Broken is 2. */
const MEASURING =
  /\bnpm run (?:bench|loadtest -- (?:register|enumerate|multicast|mixed)|results -- merge|gate)\b|\bvitest run --project load\b/
/** These refuse measurements that can't be trusted. Loads against docker-compose have to pass, if they decide. */
const JUDGING =
  /\bnpm run (?:compare|results -- export)\b|^docker-compose run --rm loadtest (?:register|enumerate|multicast|mixed)\b/

/** The exit codes that show that a command works. */
function allowedExitCodes(text: string): readonly number[] {
  if (JUDGING.test(text)) return [0, 3]
  return MEASURING.test(text) && !text.endsWith('--help') ? [0, 1, 3] : [0]
}

/** Whether a command is repeated until its output is right. */
export function isAwaited({ text }: Command): boolean {
  return RULES.some((rule) => rule.isAwaited === true && rule.command.test(text))
}

/** The differences between a run of a command and its page; none if all is well. */
export function flawsOf(command: Command, { printed, exitCode }: Ran): readonly string[] {
  const allowed = allowedExitCodes(command.text)
  if (exitCode === null || !allowed.includes(exitCode)) {
    return [`exit code ${exitCode}, not ${allowed.join(' or ')}`]
  }
  const unmet = RULES.filter((rule) => rule.command.test(command.text) && !rule.holds(printed))
  return [
    ...unmet.map(({ shows }) => `does not show ${shows}`),
    ...linesNotPrinted(command.shown, printed).map((line) => `did not print: ${line}`),
  ]
}

/** Words that may differ between runs: those of a group are interchangeable. */
const INTERCHANGEABLE = [
  /^(?:met|missed|passed|failed|inconclusive|regression|improvement|pass)$/,
  /^(?:valid|degraded|invalid)$/,
  /^(?:timer|hybrid|spin|clock)$/,
]
const UNITS = /^(?:µs|ms|s|min|h|k|m|b|kb|kib|mb|mib)$/
/** A line of progress: a short run may end before it is printed. */
const PROGRESS = /^ *[\d,]+ of [\d,.]+ s {3}/

/**
 * The lines that a page shows and a command didn't print. Only the words of a line and their order are compared:
 * not figures, units, hashes, times, text in brackets, or outcomes of the measurement.
 */
export function linesNotPrinted(shown: readonly string[], printed: string): readonly string[] {
  const there = new Set(printed.split(/[\n\r]/).map(wordsOf))
  return shown.filter((line) => {
    const words = wordsOf(line)
    return words !== '' && !PROGRESS.test(line) && !there.has(words)
  })
}

/** The line that says how a run ended: its words depend on the outcome. */
const ENDING = /^(?=.*\b(?:SLOs?|Missed|Inconclusive|Failed|Broken)\b).* \d+ scenarios? in .*\.$/

function wordsOf(line: string): string {
  if (ENDING.test(line)) return '<ending>'
  return line
    .replaceAll(/\(.*?\)/g, ' ')
    .replaceAll(/\d{8}T\d{6}Z-\w+(?:-dirty)?/g, ' ')
    .split(/[\s|│,;:()[\]/]+/)
    .map((word) => word.toLowerCase().replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, ''))
    .filter((word) => word !== '' && !UNITS.test(word) && !/\d/.test(word))
    .map((word) => {
      const kind = INTERCHANGEABLE.findIndex((words) => words.test(word))
      return kind === -1 ? word : `<${kind}>`
    })
    .join(' ')
}

/** A registration as `HGETALL` shows it. */
function isOnlineRegistration(printed: string): boolean {
  const lines = printed.split('\n').map((line) => line.replace(/^\d+\) /, ''))
  const metadata = lines[lines.indexOf('metadata') + 1] ?? ''
  const hasAll = ['id', 'metadata', 'registered_at', 'expires_at'].every((field) =>
    lines.includes(field),
  )
  return hasAll && /"status":"online"/.test(metadata)
}

/** Whether JSON with this key was printed. curl prints its progress to the same terminal, at any place. */
function hasKey(printed: string, key: string): boolean {
  return printed.includes(`"${key}":`)
}
