/**
 * Ends the process unless Node is new enough. Plain JavaScript that old versions of Node can read, so
 * that they say what is missing instead of failing at the first line of TypeScript.
 */
const OLDEST_NODE = 24
const BROKEN = 2

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  console.error(
    `Node ${OLDEST_NODE} or newer is needed; this is ${process.versions.node} (${process.execPath}).\n` +
      '`npm ci` brings it along on Linux and Windows, for npm scripts only: run `npm run …`, not `node …`,\n' +
      'and install without `--omit=optional`. On other systems, install it from https://nodejs.org.',
  )
  process.exit(BROKEN)
}
