import { Help, type Command } from 'commander'

/** A term and its meaning. */
type Item = readonly [term: string, meaning: string]

/** Paragraphs and terms. */
export type HelpBody = readonly (string | Item)[]

type Section = readonly [title: string, body: HelpBody]

/** Sections below a command's options in its help. */
export interface HelpSections {
  /** Sections of the command's own, by title. */
  readonly sections?: readonly Section[]
  /** Environment variables that it reads. */
  readonly environment?: HelpBody
  /** The meanings of 0, 1, 3 and 4; 2 is nearly always the same. */
  readonly exitCodes: { readonly [code in 0 | 1 | 2 | 3 | 4]?: string }
  /** Fate of the results if a signal ends it; absent if it has none. */
  readonly onSignal?: string
  /** Command lines as users type them. */
  readonly examples: readonly string[]
}

/** The meaning of exit code 2. */
export const BROKEN = 'usage, set-up, backend or unexpected error'

/** Adds sections below a command's options, wrapped as the options are. */
export function addSections(command: Command, parts: HelpSections): Command {
  const { sections = [], environment = [], exitCodes, onSignal, examples } = parts
  const codes: Item[] = Object.entries({ 2: BROKEN, ...exitCodes })
  if (onSignal !== undefined) {
    codes.push([
      '129, 130, 143',
      `interrupted by a closed terminal, Ctrl-C or SIGTERM; ${onSignal}`,
    ])
  }
  const all: readonly Section[] = [...sections, ['Environment', environment], ['Exit codes', codes]]
  return command.addHelpText('after', () => {
    const help = new Help()
    help.helpWidth = command.configureOutput().getOutHelpWidth?.() ?? 80
    const texts = all
      .filter(([, body]) => body.length > 0)
      .map(([title, body]) => `\n${title}:\n${rendered(help, body)}\n`)
    return `${texts.join('')}\nExamples:\n${renderedExamples(help, examples)}`
  })
}

/** Terms longer than this have their meaning below them. */
const MAX_TERM = 24

function rendered(help: Help, body: HelpBody): string {
  const terms = body.flatMap((part) => (typeof part === 'string' ? [] : [part[0].length]))
  const termWidth = Math.max(0, ...terms.filter((length) => length <= MAX_TERM))
  return body
    .map((part, index) => {
      const isSecondParagraph = typeof part === 'string' && typeof body[index - 1] === 'string'
      if (typeof part === 'string') return (isSecondParagraph ? '\n' : '') + wrapped(help, part)
      const [term, meaning] = part
      if (term.length <= MAX_TERM) return help.formatItem(term, termWidth, meaning, help)
      return `${wrapped(help, term)}\n${help.formatItem('', termWidth, meaning, help)}`
    })
    .join('\n')
}

function renderedExamples(help: Help, examples: readonly string[]): string {
  // A shell reads a line that ends with a backslash and the next one as one.
  const lines = examples.map((example) =>
    help.boxWrap(example, widthOf(help) - 2).replaceAll('\n', ' \\\n  '),
  )
  return indented(lines.join('\n'))
}

function wrapped(help: Help, text: string): string {
  return indented(help.boxWrap(text, widthOf(help)))
}

/** Without the indentation. */
function widthOf({ helpWidth = 80 }: Help): number {
  return helpWidth - 2
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ')
}
