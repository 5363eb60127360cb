import { spawnSync } from 'node:child_process'
import type { Block, Page } from './page.ts'

/** A command as a page has it. */
export interface Command {
  /** Without the comment behind it; over several lines where the page has it so. */
  readonly text: string
  /** `README.md:12`. */
  readonly place: string
  /** What the page shows of what it prints; empty where it shows nothing. */
  readonly shown: readonly string[]
}

/** Commands that belong together: one may set what the next one uses. */
export type Script = readonly Command[]

/** What a command in running text begins with, perhaps after settings. */
const PROGRAM =
  /^(?:[A-Z_]+=\S* )*(?:npm|npx|node|docker|docker-compose|kubectl|redis-cli|redis-server|nats|nats-server|curl|gh|git|\.ci\/\S+)(?: |$)/

/**
 * All commands of a page: its ```sh blocks line by line, its ```console blocks, where `$ ` begins a
 * command and what it prints follows, and commands in running text and tables. What has a `<name>`
 * or `…` in running text stands for commands, and is none.
 */
export function scriptsOf(page: Page): readonly Script[] {
  const scripts = page.blocks.flatMap((block): Script[] => {
    if (block.language === 'sh') return [ofShell(page.path, block)]
    return block.language === 'console' ? [ofConsole(page.path, block)] : []
  })
  const spans = page.spans
    .filter(({ text }) => PROGRAM.test(text) && text.includes(' ') && !/[<…]|\.\.\./.test(text))
    .map(({ text, lineNumber }) => [{ text, place: `${page.path}:${lineNumber}`, shown: [] }])
  return [...scripts, ...spans].toSorted((a, b) => lineOf(a) - lineOf(b))
}

function lineOf([first]: Script): number {
  return Number(first?.place.split(':').at(-1) ?? 0)
}

function ofShell(path: string, { lines, lineNumber }: Block): Script {
  const commands: Command[] = []
  let pending: string[] = []
  for (const [index, line] of lines.entries()) {
    if (pending.length === 0 && (line.trim() === '' || line.startsWith('#'))) continue
    pending.push(line)
    const text = pending.join('\n')
    if (!isWhole(text) && index < lines.length - 1) continue
    const place = `${path}:${lineNumber + index - pending.length + 1}`
    commands.push({ text: withoutComment(text), place, shown: [] })
    pending = []
  }
  return commands
}

function ofConsole(path: string, { lines, lineNumber }: Block): Script {
  const commands: { text: string; place: string; shown: string[] }[] = []
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('$ ')) {
      const place = `${path}:${lineNumber + index}`
      commands.push({ text: withoutComment(line.slice(2)), place, shown: [] })
    } else {
      commands.at(-1)?.shown.push(line)
    }
  }
  return commands
}

/** Whether a shell can read it: a loop, a quoted text or a document may go on in the next line. */
function isWhole(text: string): boolean {
  if (text.endsWith('\\')) return false
  const { status, stderr } = spawnSync('bash', ['-n', '-c', text], { encoding: 'utf8' })
  return status === 0 && stderr === ''
}

function withoutComment(text: string): string {
  return text.replace(/ {2,}#.*$/, '').trimEnd()
}
