import { runTool } from '../../src/cli/command-line.ts'
import { gateSelftest } from './gate-selftest.ts'

await runTool('gate:selftest', gateSelftest)
