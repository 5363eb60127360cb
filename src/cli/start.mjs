#!/usr/bin/env node
/** The `prism-loadtest` command, also run by npm scripts. */
import './check-node.mjs'
import module from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BROKEN = 2

// Reuses compiled code of earlier starts, here and in the processes that this one starts.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache')
module.enableCompileCache()
try {
  const { runCommand } = await import('../process/run-command.ts')
  await runCommand(async () => {
    const { run } = await import('./main.ts')
    return run(process.argv.slice(2))
  })
} catch (error) {
  console.error(
    `The program can't be started: ${error instanceof Error ? error.message : String(error)}`,
  )
  process.exit(BROKEN)
}
