import { readFileSync } from 'node:fs'

/** A fenced block of a page. */
export interface Block {
  /** What follows the opening fence, such as `sh`; empty if nothing does. */
  readonly language: string
  readonly lines: readonly string[]
  /** Of the first line within the fences; 1 is the page's first. */
  readonly lineNumber: number
}

/** A link, as it is written. */
export interface Link {
  readonly target: string
  readonly lineNumber: number
}

/** Text between backticks, outside of fenced blocks. */
export interface Span {
  readonly text: string
  readonly lineNumber: number
}

/** A Markdown page, taken apart as far as its tests need it. */
export interface Page {
  /** Relative to the project's folder. */
  readonly path: string
  readonly blocks: readonly Block[]
  readonly spans: readonly Span[]
  readonly links: readonly Link[]
  /** What links within the page may name, as GitHub makes them of headings. */
  readonly anchors: ReadonlySet<string>
}

const FENCE = /^(\s*)(`{3,})\s*(\S*)/

/** Reads a page. */
export function readPage(root: URL, path: string): Page {
  return parsePage(path, readFileSync(new URL(path, root), 'utf8'))
}

/**
 * Takes a page apart.
 * @throws Error for a fence that is never closed.
 */
export function parsePage(path: string, text: string): Page {
  const blocks: Block[] = []
  const prose: { line: string; lineNumber: number }[] = []
  let open: { fence: string; language: string; lines: string[]; lineNumber: number } | null = null
  for (const [index, line] of text.split('\n').entries()) {
    const [, , fence = '', language = ''] = FENCE.exec(line) ?? []
    if (open === null && fence !== '') {
      open = { fence, language, lines: [], lineNumber: index + 2 }
    } else if (open === null) {
      prose.push({ line, lineNumber: index + 1 })
    } else if (fence.startsWith(open.fence) && language === '') {
      const { language: ofBlock, lines, lineNumber } = open
      blocks.push({ language: ofBlock, lines: withoutIndentation(lines), lineNumber })
      open = null
    } else {
      open.lines.push(line)
    }
  }
  if (open !== null) throw new Error(`${path}:${open.lineNumber}: the block is never closed.`)
  return {
    path,
    blocks,
    spans: prose.flatMap(({ line, lineNumber }) =>
      [...line.matchAll(/`([^`]+)`/g)].map(([, span = '']) => ({ text: span, lineNumber })),
    ),
    links: prose.flatMap(({ line, lineNumber }) =>
      [...withoutSpans(line).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({
        target,
        lineNumber,
      })),
    ),
    anchors: new Set(anchorsOf(prose.map(({ line }) => line))),
  }
}

/** A block in a list is indented as the list is. */
function withoutIndentation(lines: readonly string[]): readonly string[] {
  const indented = lines.filter((line) => line.trim() !== '')
  const depth = Math.min(...indented.map((line) => line.length - line.trimStart().length))
  return lines.map((line) => line.slice(depth))
}

function withoutSpans(line: string): string {
  return line.replaceAll(/`[^`]*`/g, '')
}

/** Lower case, without punctuation, hyphens for spaces; a number for those that are there already. */
function anchorsOf(lines: readonly string[]): string[] {
  const taken = new Map<string, number>()
  return lines.flatMap((line) => {
    const [, heading] = /^#{1,6}\s+(.*?)\s*$/.exec(line) ?? []
    if (heading === undefined) return []
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-')
    const before = taken.get(anchor) ?? 0
    taken.set(anchor, before + 1)
    return [before === 0 ? anchor : `${anchor}-${before}`]
  })
}
