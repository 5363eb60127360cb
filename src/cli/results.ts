import { EXIT, type ExitCode } from '../run-file/outcome.ts'
import { commandLine, runCommandLine } from './command-line.ts'
import { addResults, RESULTS_DESCRIPTION } from './results-command.ts'

/** The command line of `npm run results`. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.good
  const program = commandLine('npm run results --', RESULTS_DESCRIPTION)
  addResults(program, (code) => {
    exitCode = code
  })
  await runCommandLine(program, args)
  return exitCode
}
