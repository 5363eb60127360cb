import { spawnSync } from 'node:child_process'
import type { Block, Page, Prose } from './page.ts'

/** A command of a page. */
export interface Command {
  /** Without its trailing comment; may have several lines. */
  readonly text: string
  /** `README.md:12`. */
  readonly place: string
  /** The output that the page shows; empty if it shows none. */
  readonly shown: readonly string[]
}

/** Commands of one block: each may set variables for the next. */
export type Script = readonly Command[]

/** A command of a `bash` block, which is run against docker-compose. */
export interface Step extends Command {
  /** The client that reads it; `null`: the shell. */
  readonly typedInto: string | null
  /** The items of the list under `Expected Results` that follows it. */
  readonly expected: readonly string[]
}

const OPENS_CLIENT = /^docker exec -it \S+ redis-cli$/
const EXPECTED = /^\*\*Expected Results\*\*:?\s*$/i

/** The start of a command in running text, perhaps after settings. */
const PROGRAM =
  /^(?:[A-Z_]+=\S* )*(?:npm|npx|node|docker|docker-compose|kubectl|redis-cli|redis-server|nats|nats-server|curl|gh|git|\.ci\/\S+)(?: |$)/

/**
 * The commands of a page, without its ```bash blocks: ```sh blocks line by line; ```console blocks, in which
 * `$ ` begins a command and its output follows; commands in running text and tables, unless a `<name>` or `…`
 * makes them a pattern.
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

/**
 * The commands of a page's ```bash blocks. After `docker exec -it … redis-cli`, the rest of the block is typed
 * into that client.
 */
export function stepsOf({ path, blocks, prose }: Page): readonly Step[] {
  const commands = blocks.flatMap((block) => {
    if (block.language !== 'bash') return []
    const script = ofShell(path, block)
    const opening = script.findIndex(({ text }) => OPENS_CLIENT.test(text))
    return script.map((command, index) => ({
      ...command,
      typedInto: opening === -1 || index <= opening ? null : (script[opening]?.text ?? null),
    }))
  })
  const items = expectedItems(prose)
  return commands.map((command, index) => {
    const from = lineOf([command])
    const next = commands[index + 1]
    const to = next === undefined ? Infinity : lineOf([next])
    const expected = items.filter(({ lineNumber }) => lineNumber > from && lineNumber < to)
    return { ...command, expected: expected.map(({ text }) => text) }
  })
}

function expectedItems(prose: readonly Prose[]): readonly Prose[] {
  let isInList = false
  return prose.flatMap(({ text, lineNumber }) => {
    const [, item] = /^\s*- (.+)$/.exec(text) ?? []
    if (EXPECTED.test(text)) isInList = true
    else if (item === undefined && text.trim() !== '') isInList = false
    return isInList && item !== undefined ? [{ text: item, lineNumber }] : []
  })
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

/** Whether a shell would run it: a loop, quote or here-document may continue on the next line. */
function isWhole(text: string): boolean {
  if (text.endsWith('\\')) return false
  const { status, stderr } = spawnSync('bash', ['-n', '-c', text], { encoding: 'utf8' })
  return status === 0 && stderr === ''
}

function withoutComment(text: string): string {
  return text.replace(/ {2,}#.*$/, '').trimEnd()
}
