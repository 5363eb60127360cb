import fc from 'fast-check'

/**
 * Setup file of the unit tests. In CI, property tests draw the same examples each time, so that a failure
 * comes from the change; elsewhere they draw new ones.
 */
if (process.env['CI']) fc.configureGlobal({ seed: 20_260_102 })
