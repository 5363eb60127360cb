import fc from 'fast-check'

/**
 * Setup file of the unit tests. Where a change is decided upon, property tests draw the same
 * examples each time, so that a failure is of the change; elsewhere they go on looking.
 */
if (process.env['CI']) fc.configureGlobal({ seed: 20_260_102 })
