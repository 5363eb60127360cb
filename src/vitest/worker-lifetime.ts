import { afterAll, beforeAll } from 'vitest'
import { keepEnvironmentOutOfReports } from '../process/private-reports.ts'

/**
 * Setup file of the load project's worker processes. Ctrl-C, a closed terminal and a SIGTERM to the whole
 * group reach them too, but the runner decides how the run ends, so that measurements are kept. Without
 * a runner, a worker must stop sending requests.
 */
let isMeasuring = false
beforeAll(() => {
  isMeasuring = true
})
afterAll(() => {
  isMeasuring = false
})

keepEnvironmentOutOfReports()
process.on('SIGINT', () => {})
process.on('SIGHUP', () => {})
process.on('SIGTERM', () => {
  // The runner sends this signal to a finished worker.
  if (!isMeasuring) process.exit()
})
process.on('disconnect', () => process.exit())
