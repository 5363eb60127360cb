import { isInstalled } from '../installed.ts'
import { typedCommand } from '../typed-command.ts'
import { runCommandLine } from './command-line.ts'
import { COMMANDS } from './commands.ts'
import { addSections } from './help-sections.ts'
import type { CommandEnd } from '../process/run-command.ts'

const DESCRIPTION = `Open-loop load tests with SLOs, for Vitest. Requests start when they are due, whatever happens to earlier ones, and response times count from then.`

/** The command line of `prism-loadtest`: `args` begins with the name of a sub-command. */
export function run(args: readonly string[]): Promise<CommandEnd> {
  const typed = (path: readonly string[], rest: string): string =>
    typedCommand(path[0], [...path.slice(1), rest].filter((part) => part !== '').join(' '))
  return runCommandLine(
    typed,
    async (program, end) => {
      program.description(DESCRIPTION).usage('<command> [options]')
      for (const { name, group, summary, load } of COMMANDS) {
        const command = program.command(name).summary(summary).helpGroup(group)
        if (name === args[0]) (await load())(command, end)
      }
      addSections(program, {
        sections: [['Options of a command', [[typedCommand('<command>', '--help'), '']]]],
        exitCodes: {
          0: 'good',
          1: 'an SLO is missed, or a regression is found',
          3: 'inconclusive',
          4: 'not comparable',
        },
        onSignal: 'results are kept',
        examples: [
          typedCommand('bench', `${isInstalled ? 'checkout' : 'mixed'} --duration 30s`),
          typedCommand('mixed', '-r 100 -d 10s --with-subscribers'),
          typedCommand('compare', '20260102T0304 20260103T0405'),
        ],
      })
    },
    args,
  )
}
