import { runTool } from '../../src/cli/command-line.ts'
import { readRunFile } from '../../src/run-file/read/read-run-file.ts'
import { EXIT } from '../../src/exit-code.ts'
import { faultTable } from './fault-table.ts'

/** `npm run faults:table` */
await runTool('faults:table', (command, end) => {
  command
    .description(
      'Prints runs of bench/faults/ as a Markdown table: what each fault cost, on which servers.',
    )
    .argument('<files...>', 'run files, such as those of npm run bench -- faults/')
    .action(async (paths: readonly string[]) => {
      process.stdout.write(`${faultTable(await Promise.all(paths.map(readRunFile)))}\n`)
      end(EXIT.good)
    })
})
