import type { Script } from './commands.ts'
import { NOT_RUN } from './not-run.ts'

/** A command that only sets variables for later ones. */
const SETTING = /^(?:export )?[A-Z_]+=\S*(?: [A-Z_]+=\S*)*$|^[A-Z_]+=\$\(.*\)$/

/**
 * Selects the commands to run from the scripts of all pages: each command once, unless it uses a variable, which
 * may have another value the next time. Scripts without a command left are empty.
 */
export function planOf(scripts: readonly Script[]): readonly Script[] {
  const planned = new Set<string>()
  return scripts.map((script) => {
    const left = script.filter(({ text, shown }) => {
      if (NOT_RUN.has(text)) return false
      // Prefer the page that shows the output.
      const isShownLater =
        shown.length === 0 &&
        scripts.flat().some((other) => other.text === text && other.shown.length > 0)
      const isRepeated = planned.has(text) && !text.includes('$') && shown.length === 0
      if (isShownLater || isRepeated) return SETTING.test(text)
      planned.add(text)
      return true
    })
    return left.every(({ text }) => SETTING.test(text) && !text.startsWith('export')) ? [] : left
  })
}
