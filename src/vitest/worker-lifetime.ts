/**
 * Setup file of the load project's worker processes. A terminal's Ctrl-C reaches them too, but the
 * runner decides how the run ends, so that what was measured is kept; and without a runner a worker
 * must not go on sending requests.
 */
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
