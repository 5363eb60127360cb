import { resolve } from 'node:path'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { InputError } from '../load/input-error.ts'
import { MergeError } from '../results/one-load.ts'
import { EXIT } from '../results/outcome.ts'
import { RunFileError } from '../results/read-run-file.ts'
import { mergeRunFiles } from './merge-run-files.ts'
import { isForUser } from './user-errors.ts'

const HELP = `Works on run files.

  npm run results -- merge <a.json> <b.json> …   adds up all shares of one load

merge takes what npm run bench -- <name> --shard 1/2 --start-at <time> left, and so on. Counts and
histograms are added up without loss, the SLOs are judged on the sum, and the result is a run like any
other, in files of its own. Shares of different loads, or not all shares of one, are refused.

Options, after --
  --results <folder>    where the result files go; results/ by default
  -h, --help            this text

Exit code
  0 every SLO is met   1 one is missed   2 something is broken   3 inconclusive
  4 not the shares of one load, or not all of them

Example
  npm run results -- merge results/*-?of3.json
`

const OPTIONS = {
  results: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsConfig['options']

/** The command line of `npm run results`. Ends the process with an exit code of `EXIT`. */
export async function run(args: readonly string[]): Promise<void> {
  try {
    process.exitCode = await results(args)
  } catch (error) {
    if (!(isForUser(error) || error instanceof RunFileError || error instanceof MergeError)) {
      throw error
    }
    process.stderr.write(`${error.message}\n`)
    process.exitCode = error instanceof MergeError ? EXIT.notComparable : EXIT.broken
  }
}

async function results(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args)
  if (values.help) {
    process.stdout.write(HELP)
    return EXIT.good
  }
  const [command, ...paths] = positionals
  if (command !== 'merge') {
    const what = command === undefined ? 'Nothing to do' : `"${command}" is nothing to do`
    throw new InputError(`${what}: give a command, such as merge. See npm run results -- --help.`)
  }
  if (paths.length === 0) {
    throw new InputError('merge: name the run files of all shares. See npm run results -- --help.')
  }
  const folder = resolve(values.results ?? (process.env['BENCH_RESULTS'] || 'results'))
  return mergeRunFiles(paths, folder)
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new InputError(`${reason}. See npm run results -- --help.`)
  }
}
