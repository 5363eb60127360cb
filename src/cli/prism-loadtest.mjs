#!/usr/bin/env node
/** The `prism-loadtest` command: `start.mjs`, with its check of Node, on `loadtest.ts`. */
process.argv.splice(2, 0, 'loadtest')
await import('./start.mjs')
