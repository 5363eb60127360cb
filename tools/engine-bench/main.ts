import { runCommand } from '../../src/cli/run-command.ts'
import { run } from './bench-engine.ts'

await runCommand(() => run(process.argv.slice(2)))
