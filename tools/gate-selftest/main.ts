import { runCommand } from '../../src/cli/run-command.ts'
import { run } from './gate-selftest.ts'

await runCommand(() => run(process.argv.slice(2)))
