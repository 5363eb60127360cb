import { readFileSync } from 'node:fs'
import * as z from 'zod'

/** Characters of a failure's message that are printed: enough to know the reason where only the end of the log is kept. */
const MESSAGE_LENGTH = 2_000

/**
 * Prints each test of the given reports that did not pass, with its reason, and, as the last line, the numbers of passed and failed
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
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).default([]),
        }),
      ),
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
      for (const message of test.failureMessages) console.log(message.slice(0, MESSAGE_LENGTH))
    }
  }
}
console.log(`${passed} passed, ${failed + skipped} failed`)
process.exitCode = failed + skipped > 0 || passed === 0 ? 1 : 0
