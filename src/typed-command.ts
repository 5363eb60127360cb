import { isInstalled } from './installed.ts'

/** npm scripts of this repository that are commands; every other command is one of `npm run loadtest`. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bench: 'bench',
  capacity: 'bench:capacity',
  compare: 'compare',
  gate: 'gate',
  plan: 'plan',
  results: 'results',
  trend: 'trend',
}

/** Names the program where it has a name of its own, as in the image. */
const NAME_VARIABLE = 'PRISM_LOADTEST_COMMAND'

/**
 * A command line as a user of this process types it: `npm run compare -- a b` in this repository,
 * `npx prism-loadtest compare a b` where the package is installed. For help and messages.
 * @param command such as `compare`; empty for the program itself.
 * @param args what follows it.
 */
export function typedCommand(command = '', args = ''): string {
  const name = process.env[NAME_VARIABLE] || (isInstalled ? 'npx prism-loadtest' : null)
  if (name !== null) return words(name, command, args)
  const script = SCRIPTS[command]
  const rest = script === undefined ? words(command, args) : args
  return words(`npm run ${script ?? 'loadtest'}`, rest === '' ? '' : '--', rest)
}

function words(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ')
}
