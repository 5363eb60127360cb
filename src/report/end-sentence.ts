import { EXIT, type ExitCode } from '../exit-code.ts'
import type { ScenarioOutcome } from '../run-file/outcome.ts'
import type { EndedRun } from './junit/run-junit.ts'
import { runSentence, shortened } from './run-sentence.ts'

/**
 * An ended run in a few sentences: first a test outside of the run file that made the exit code worse, such as a
 * broken micro-benchmark, then the sentence of the file. In one line; names in it are as they were given.
 */
export function endSentence({ run, exitCode, others }: Omit<EndedRun, 'path'>): string {
  const { outcome, text } = runSentence(run)
  if (EXIT_OF[outcome] === exitCode) return text
  const word = WORDS[exitCode]
  const other = others.find((test) => test.outcome === word.toLowerCase())
  const because =
    other === undefined ? '' : `: "${shortened(other.name)}": ${shortened(other.reason)}`
  return `${word}${because}. ${text}`
}

const EXIT_OF: Readonly<Record<ScenarioOutcome, ExitCode>> = {
  passed: EXIT.good,
  failed: EXIT.failed,
  broken: EXIT.broken,
  inconclusive: EXIT.inconclusive,
  interrupted: EXIT.inconclusive,
  skipped: EXIT.inconclusive,
}

const WORDS: Readonly<Record<ExitCode, string>> = {
  [EXIT.good]: 'Passed',
  [EXIT.failed]: 'Failed',
  [EXIT.broken]: 'Broken',
  [EXIT.inconclusive]: 'Inconclusive',
  [EXIT.notComparable]: 'Not comparable',
}
