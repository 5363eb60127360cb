import type { Check } from './judge-load.ts'

/** What a command printed, and how it ended. */
export interface Ran {
  readonly printed: string
  readonly exitCode: number
}

/** What a command other than a load test has to print. */
interface Rule {
  readonly command: RegExp
  /** It may take a while until it holds, so the command is run again. */
  readonly isAwaited?: true
  readonly judge: (printed: string) => Check
}

const RULES: readonly Rule[] = [
  {
    command: /^docker-compose ps\b/,
    isAwaited: true,
    judge: (printed) => {
      const healthy = printed.match(/\bUp\b.*\(healthy\)/g)?.length ?? 0
      const others = printed.match(/\(unhealthy\)|starting\)|\bExit/g)?.length ?? 0
      return { holds: healthy > 0 && others === 0, text: `${healthy} healthy, ${others} not` }
    },
  },
  {
    command: /^docker-compose logs\b/,
    judge: (printed) => ({
      holds: printed.includes(' | ') || / \|.* /.test(printed),
      text: 'there are log lines',
    }),
  },
  {
    command: /\bredis-cli -h redis ping\b/,
    judge: (printed) => ({ holds: /^PONG\s*$/m.test(printed), text: 'answers PONG' }),
  },
  {
    command: /^DBSIZE$/i,
    judge: (printed) => {
      const keys = Number(/^(?:\(integer\) )?(\d+)$/m.exec(printed)?.[1])
      return {
        holds: keys > 2,
        text: `${keys} keys: ${keys - 2} identities, the index and the log`,
      }
    },
  },
  { command: /^HGETALL /i, judge: judgeRegistration },
  {
    command: /^MONITOR$/i,
    judge: (printed) => ({
      holds: /^OK\s*$/m.test(printed) && /^\d+\.\d+ \[/m.test(printed),
      text: 'shows commands as they come',
    }),
  },
  {
    command: /^curl .*\/varz\b/,
    judge: (printed) => judgeJson(printed, 'server_id', 'says which server it is'),
  },
  {
    command: /^curl .*\/connz\b/,
    judge: (printed) =>
      judgeJson(printed, 'num_connections', 'says how many connections there are'),
  },
]

/** Whether a command has to be run again until what it prints is as it has to be. */
export function isAwaited(command: string): boolean {
  return RULES.some((rule) => rule.isAwaited === true && rule.command.test(command))
}

/** Holds what a command printed against what the document says it shows. */
export function judgeOutput(command: string, { printed, exitCode }: Ran): readonly Check[] {
  const ended: Check = { holds: exitCode === 0, text: `exit code ${exitCode}` }
  const rules = RULES.filter((rule) => rule.command.test(command))
  return exitCode === 0 ? rules.map((rule) => rule.judge(printed)) : [ended]
}

/** A registration as `HGETALL` shows it: the fields of requirements that users look at. */
function judgeRegistration(printed: string): Check {
  const lines = printed.split('\n').map((line) => line.replace(/^\d+\) /, ''))
  const valueOf = (field: string): string => lines[lines.indexOf(field) + 1] ?? ''
  const fields = ['id', 'metadata', 'registered_at', 'expires_at']
  const missing = fields.filter((field) => !lines.includes(field))
  const isOnline = /"status":"online"/.test(valueOf('metadata'))
  return {
    holds: missing.length === 0 && isOnline,
    text: missing.length === 0 ? `has ${fields.join(', ')}` : `has no ${missing.join(', ')}`,
  }
}

function judgeJson(printed: string, field: string, text: string): Check {
  // curl's progress is printed before.
  const json = printed.slice(printed.indexOf('{'))
  try {
    const value: unknown = JSON.parse(json)
    return { holds: typeof value === 'object' && value !== null && field in value, text }
  } catch {
    return { holds: false, text: 'what it prints is not JSON' }
  }
}
