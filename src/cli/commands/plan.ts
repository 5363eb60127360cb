import { docsPage } from '../../installed.ts'
import type { Command } from 'commander'
import { InputError } from '../../input-error.ts'
import { TOLERANCE } from '../../plan/check/sizes.ts'
import {
  describeMeasured,
  COEFFICIENTS_FILE,
  readCoefficients,
  type CoefficientsFile,
} from '../../plan/coefficients.ts'
import { demandFrom } from '../../plan/demand.ts'
import { ASSUMPTION_FLAGS, askedFrom, assumptionsFrom, DEMAND_FLAGS } from '../../plan/flags.ts'
import { planFor } from '../../plan/plan.ts'
import { terminalWidth } from '../../report/terminal/terminal-width.ts'
import { renderPlans } from '../../plan/render-plan.ts'
import { EXIT } from '../../exit-code.ts'
import { typedCommand } from '../../typed-command.ts'
import { newProgram, type Define } from '../command-line.ts'
import { option } from '../flags.ts'
import { addSections } from '../help-sections.ts'
import type { CommandEnd } from '../../process/run-command.ts'

const HOW = [
  `A plan shows how many Redis nodes, NATS servers and processes a demand needs, and what saturates first. It is computed from measured costs per call; ${docsPage('scaling.md')} describes the model. Numbers may be written as 1e7. Several values separated by commas give several plans, side by side.`,
  'Both --measure and --check start a Redis and a NATS of their own, from the PATH. CPU times apply to the machine that measured them; --check scales them to this machine by the cost of bare requests.',
]

/** Given options, by their names without dashes. */
type Flags = Readonly<Record<string, string | undefined>>

/** `prism-loadtest plan` */
export const plan: Define = (command, end) => {
  addOptions(command).action(async () => end(await act(flagsOf(command.opts()))))
  addSections(command, {
    sections: [['How it works', HOW]],
    exitCodes: {
      0: `planned, measured, or all predictions within ${TOLERANCE * 100} %`,
      1: 'a prediction is further off in every round',
      3: 'inconclusive: a prediction is further off in some rounds only',
    },
    examples: [
      typedCommand('plan', '--identities 1e7 --multicasts 500 --targets 1e4'),
      typedCommand('plan', '--identities 1e6,1e8 --multicasts 1e4 --gateways 1e3'),
    ],
  })
}

/**
 * The command's output for the arguments of a plan.
 * @throws InputError
 */
export function planOutput(args: readonly string[]): string {
  const command = addOptions(newProgram(() => '')).action(() => {})
  command.parse(args, { from: 'user' })
  return planned(flagsOf(command.opts()), readCoefficients(COEFFICIENTS_FILE), Infinity)
}

function addOptions(command: Command): Command {
  command.description('Works out how many servers and processes a demand needs.')
  for (const { flag, description } of DEMAND_FLAGS) command.option(`${flag} <n>`, description)
  for (const { flag, description } of ASSUMPTION_FLAGS) command.option(`${flag} <n>`, description)
  for (const flag of ['--otlp <url>', '--prometheus <port>']) {
    command.addOption(option(flag, '', refuseMetrics).hideHelp())
  }
  return command
    .option('--json', 'print the plans as JSON')
    .option(
      '--coefficients <file>',
      'the coefficients that --measure wrote; those of this package by default',
    )
    .option('--measure', 'measure the coefficients, in about two minutes, instead of planning')
    .option(
      '--out <file>',
      'the file that --measure writes; by default it replaces those of this package',
    )
    .option(
      '--check',
      'compare predictions with measurements at three sizes, in about three minutes',
    )
}

/** Given by habit, because commands that make a load have the flag. */
function refuseMetrics(_: string, name: string): never {
  throw new InputError(
    `${name}: a plan makes no load. --measure and --check count the cost of single calls, and have no run to follow.`,
  )
}

/** Commander gives names in camel case. */
function flagsOf(options: Readonly<Record<string, string | true>>): Flags {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value === true ? '' : value,
    ]),
  )
}

async function act(flags: Flags): Promise<CommandEnd> {
  const modes = ['measure', 'check'].filter((name) => flags[name] !== undefined)
  const others = Object.keys(flags).filter((name) => !OF_MODE[modes[0] ?? 'plan']?.(name))
  if (others.length > 0) {
    const whom = modes.length === 0 ? 'a plan' : `--${modes[0]}`
    throw new InputError(
      `--${others[0]}: ${whom} doesn't take it. See ${typedCommand('plan', '--help')}.`,
    )
  }
  if (modes[0] === 'measure') return (await import('../actions/plan.ts')).measure(flags['out'])
  const file = readCoefficients(flags['coefficients'] ?? COEFFICIENTS_FILE)
  if (modes[0] === 'check') return (await import('../actions/plan.ts')).check(file)
  process.stdout.write(planned(flags, file, terminalWidth()))
  return EXIT.good
}

/** The options that go together. */
const OF_MODE: Readonly<Record<string, (name: string) => boolean>> = {
  measure: (name) => ['measure', 'out'].includes(name),
  check: (name) => ['check', 'coefficients'].includes(name),
  plan: (name) => !['measure', 'out', 'check'].includes(name),
}

function planned(
  flags: Flags,
  { coefficients, measured }: CoefficientsFile,
  width: number,
): string {
  const assumptions = assumptionsFrom(flags)
  const asked = askedFrom(flags)
  const plans = asked.map((demand) => planFor(demandFrom(demand), assumptions, coefficients))
  return flags['json'] === undefined
    ? `${renderPlans(plans, asked, assumptions, describeMeasured(measured), width)}\n`
    : `${JSON.stringify({ assumptions, measured, plans }, null, 2)}\n`
}
