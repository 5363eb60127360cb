import { readFileSync } from 'node:fs'
import * as z from 'zod'

/**
 * Prints each test of the given reports that did not pass, and, as the last line, the numbers of passed and failed
 * tests. Exits with 1 if a test failed, if there were no tests, or if one was skipped, because every backend is
 * available.
 */
const report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
})

let passed = 0
let failed = 0
let skipped = 0
for (const path of process.argv.slice(2)) {
  const { numPassedTests, numFailedTests, testResults } = report.parse(
    JSON.parse(readFileSync(path, 'utf8')),
  )
  passed += numPassedTests
  failed += numFailedTests
  for (const { name, status, assertionResults } of testResults) {
    // A file that failed to load has no tests to count.
    if (status === 'failed' && assertionResults.length === 0) {
      failed++
      console.log(`failed: ${name}`)
    }
    for (const test of assertionResults) {
      if (test.status === 'passed') continue
      if (test.status !== 'failed') skipped++
      console.log(`${test.status}: ${name} ${test.fullName}`)
    }
  }
}
console.log(`${passed} passed, ${failed + skipped} failed`)
process.exitCode = failed + skipped > 0 || passed === 0 ? 1 : 0
