import { EXIT, type ExitCode } from '../results/outcome.ts'
import { commandLine, runCommandLine } from './command-line.ts'
import { addResults, RESULTS_DESCRIPTION } from './results-command.ts'
import { runForUser } from './user-errors.ts'

/** The command line of `npm run results`. Ends the process with an exit code of `EXIT`. */
export function run(args: readonly string[]): Promise<void> {
  return runForUser(async () => {
    let exitCode: ExitCode = EXIT.good
    const program = commandLine('npm run results --', RESULTS_DESCRIPTION)
    addResults(program, (code) => {
      exitCode = code
    })
    await runCommandLine(program, args)
    return exitCode
  })
}
