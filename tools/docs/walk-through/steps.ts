import type { Page } from '../commands/page.ts'

/** One command of a document, in its own words. */
export interface Step {
  readonly text: string
  /** `deployment.md:62`. */
  readonly place: string
  /** The command that started the program this is typed into; `null`: it is for the shell. */
  readonly typedInto: string | null
  /** What the document says to expect of it: the items of the list under `Expected Results`. */
  readonly expected: readonly string[]
}

const SHELL = new Set(['bash', 'sh'])
const OPENS_CLIENT = /^docker exec -it \S+ redis-cli$/
const EXPECTED = /^\*\*Expected Results\*\*:?\s*$/i

/**
 * The commands of a document in their order: each line of a shell block that is no comment. After
 * `docker exec -it … redis-cli` the rest of a block is typed into that. A list under `Expected
 * Results` is about the last command before it.
 * @param text of the whole document.
 */
export function stepsOf({ path, blocks }: Page, text: string): readonly Step[] {
  const steps: { step: Step; lineNumber: number }[] = []
  for (const { language, lines, lineNumber } of blocks) {
    if (!SHELL.has(language)) continue
    let client: string | null = null
    for (const [index, line] of lines.entries()) {
      const command = line.trim()
      if (command === '' || command.startsWith('#')) continue
      const place = `${path}:${lineNumber + index}`
      const step = { text: command, place, typedInto: client, expected: [] }
      steps.push({ step, lineNumber: lineNumber + index })
      if (OPENS_CLIENT.test(command)) client = command
    }
  }
  const expectations = expectationsIn(text)
  return steps.map(({ step, lineNumber }, index) => {
    const next = steps[index + 1]?.lineNumber ?? Number.POSITIVE_INFINITY
    const expected = expectations.filter(
      (item) => item.lineNumber > lineNumber && item.lineNumber < next,
    )
    return { ...step, expected: expected.map((item) => item.text) }
  })
}

function expectationsIn(text: string): readonly { text: string; lineNumber: number }[] {
  const items: { text: string; lineNumber: number }[] = []
  let isInList = false
  for (const [index, line] of text.split('\n').entries()) {
    const [, item] = /^\s*- (.+)$/.exec(line) ?? []
    if (EXPECTED.test(line)) isInList = true
    else if (isInList && item !== undefined) items.push({ text: item, lineNumber: index + 1 })
    else if (line.trim() !== '') isInList = false
  }
  return items
}
