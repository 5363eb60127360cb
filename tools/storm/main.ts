import { runTool } from '../../src/cli/command-line.ts'
import { benchStorm } from './bench-storm.ts'

await runTool('bench:storm', benchStorm)
