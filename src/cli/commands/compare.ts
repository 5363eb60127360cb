import { typedCommand } from '../../typed-command.ts'
import type { Define } from '../command-line.ts'
import { addSections } from '../help-sections.ts'
import { RESULTS_TO_READ, RUN_ARGUMENT } from '../folders.ts'
import type { CompareFlags } from '../actions/compare.ts'

/** `prism-loadtest compare` */
export const compare: Define = (command, end) => {
  command
    .description(
      `Shows two runs side by side. What differs by more than each run's own spread is worth a look.\n\nOne run of each can't prove a regression: ${typedCommand('gate')} does.`,
    )
    .argument('<baseline>', RUN_ARGUMENT)
    .argument('[candidate]', 'the same; the latest complete run by default')
    .option('--allow-unlike', 'compare runs from different environments, and different loads')
    .option(
      '--plot <scenario/operation>',
      'whose percentiles to plot; by default those that differ most',
    )
    .option('--no-plot', 'no plot')
    .option('--markdown', 'print Markdown, for a comment')
    .option('--json', 'print JSON')
    .option('--csv', 'print CSV, one row per scenario, operation and metric')
    .option(
      '--html [file]',
      'also write a page with charts; named after both runs, in the folder of run files, by default',
    )
    .option('--out <file>', 'write to this file instead of standard output')
    .option('--results <folder>', RESULTS_TO_READ)
    .action(async (baseline: string, candidate: string | undefined, flags: CompareFlags) => {
      const { compareNamed } = await import('../actions/compare.ts')
      end(await compareNamed(baseline, candidate, flags))
    })
  addSections(command, {
    environment: [
      ['BENCH_RESULTS', 'the folder of run files'],
      ['GITHUB_STEP_SUMMARY', 'the comparison is added to that file as Markdown, too'],
    ],
    exitCodes: {
      0: 'compared; proves nothing',
      3: "inconclusive: a measurement can't be trusted, or is too short to judge its times",
      4: 'not comparable: different environments or loads, or no scenario in common',
    },
    examples: [
      typedCommand('compare', '20260102T0304 20260103T0405 --plot mixed/register'),
      typedCommand('compare', '20260102T0304 --html'),
    ],
  })
}
