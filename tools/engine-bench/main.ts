import { runTool } from '../../src/cli/command-line.ts'
import { benchEngine } from './bench-engine.ts'

await runTool('bench:engine', benchEngine)
