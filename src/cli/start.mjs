/**
 * Starts a command. Plain JavaScript that old versions of Node can read, so that they are told what
 * is missing rather than failing on the first line of TypeScript.
 */
import module from 'node:module'

const OLDEST_NODE = 24
const BROKEN = 2

const [, , command = '', ...args] = process.argv
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  console.error(
    `Node ${OLDEST_NODE} or newer is needed; this is ${process.versions.node} (${process.execPath}).\n` +
      '`npm ci` brings it along on Linux and Windows, for npm scripts only: run `npm run …`, not `node …`,\n' +
      'and install without `--omit=optional`. On other systems, install it from https://nodejs.org.',
  )
  process.exit(BROKEN)
}
// What is imported next was compiled before, most times.
module.enableCompileCache()
try {
  const { runCommand } = await import('./run-command.ts')
  await runCommand(async () => {
    const { run } = await import(`./${command}.ts`)
    return run(args)
  })
} catch (error) {
  console.error(
    `The program can't be started: ${error instanceof Error ? error.message : String(error)}`,
  )
  process.exit(BROKEN)
}
