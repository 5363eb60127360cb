/**
 * Ends the process unless Node is new enough. In plain JavaScript, so that old versions of Node print the
 * requirement instead of a syntax error.
 */
const BROKEN = 2

// The repository needs a Node that runs TypeScript; the package is compiled.
const isRepository = /\/src\/cli\/[^/]*$/.test(import.meta.url)
const OLDEST_NODE = isRepository ? '24.0' : '22.14'
const HOW_TO_GET_IT = isRepository
  ? '`npm ci` brings it along on Linux and Windows, for npm scripts only: run `npm run …`, not `node …`,\n' +
    'and install without `--omit=optional`. On other systems, install it from https://nodejs.org.'
  : 'Install it from https://nodejs.org.'

const [major = 0, minor = 0] = OLDEST_NODE.split('.').map(Number)
const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number)
if (ownMajor < major || (ownMajor === major && ownMinor < minor)) {
  console.error(
    `Node ${OLDEST_NODE} or newer is needed; this is ${process.versions.node} (${process.execPath}).\n${HOW_TO_GET_IT}`,
  )
  process.exit(BROKEN)
}
