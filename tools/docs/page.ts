import { readdirSync, readFileSync } from 'node:fs'

/** The project's folder. */
export const ROOT = new URL('../../', import.meta.url)

/** The page whose `bash` blocks `npm run walk-through` follows against docker-compose. */
export const WALKED_PAGE = 'docs/coming-from-prism-loadtest.md'

/** The page that `npm run walk-through:kubernetes` follows on a cluster. */
export const KUBERNETES_PAGE = 'docs/kubernetes.md'

/** A fenced block of a page. */
export interface Block {
  /** The word after the opening fence, such as `sh`; empty without one. */
  readonly language: string
  readonly lines: readonly string[]
  /** The first line within the fences; the page's first line is 1. */
  readonly lineNumber: number
}

/** A link's target, as written. */
export interface Link {
  readonly target: string
  readonly lineNumber: number
}

/** A line outside fenced blocks, or a part of one. */
export interface Prose {
  readonly text: string
  readonly lineNumber: number
}

/** The parts of a Markdown page that its tests need. */
export interface Page {
  /** Relative to the project's folder. */
  readonly path: string
  readonly blocks: readonly Block[]
  readonly prose: readonly Prose[]
  /** Text between backticks, outside fenced blocks. */
  readonly spans: readonly Prose[]
  readonly links: readonly Link[]
  /** The anchors that GitHub makes of the headings. */
  readonly anchors: ReadonlySet<string>
}

const FENCE = /^(\s*)(`{3,})\s*(\S*)/

/** @param path relative to the project's folder. */
export function readPage(path: string): Page {
  return parsePage(path, readFileSync(new URL(path, ROOT), 'utf8'))
}

/** All pages for users: README first, then those of docs/ by name. */
export function readPages(): readonly Page[] {
  const docs = readdirSync(new URL('docs/', ROOT))
    .filter((name) => name.endsWith('.md'))
    .toSorted()
  return ['README.md', ...docs.map((name) => `docs/${name}`)].map(readPage)
}

/**
 * @throws Error for a fence that is never closed.
 */
export function parsePage(path: string, text: string): Page {
  const blocks: Block[] = []
  const prose: Prose[] = []
  let open: { fence: string; language: string; lines: string[]; lineNumber: number } | null = null
  for (const [index, line] of text.split('\n').entries()) {
    const [, , fence = '', language = ''] = FENCE.exec(line) ?? []
    if (open === null && fence !== '') {
      open = { fence, language, lines: [], lineNumber: index + 2 }
    } else if (open === null) {
      prose.push({ text: line, lineNumber: index + 1 })
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
    prose,
    spans: prose.flatMap(({ text: line, lineNumber }) =>
      [...line.matchAll(/`([^`]+)`/g)].map(([, span = '']) => ({ text: span, lineNumber })),
    ),
    links: prose.flatMap(({ text: line, lineNumber }) =>
      [...withoutSpans(line).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({
        target,
        lineNumber,
      })),
    ),
    anchors: new Set(anchorsOf(prose)),
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

/** Lower case, no punctuation, hyphens for spaces; repeated ones get a number. */
function anchorsOf(prose: readonly Prose[]): string[] {
  const taken = new Map<string, number>()
  return prose.flatMap(({ text: line }) => {
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
