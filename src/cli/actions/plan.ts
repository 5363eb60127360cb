import { print } from '../../report/terminal/print.ts'
import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkModel } from '../../plan/check/check.ts'
import { TOLERANCE } from '../../plan/check/sizes.ts'
import { renderCheck } from '../../plan/check/render-check.ts'
import {
  coefficientsText,
  describeMeasured,
  COEFFICIENTS_FILE,
  type CoefficientsFile,
} from '../../plan/coefficients.ts'
import { measureCoefficients } from '../../plan/measure/measure.ts'
import { readCommit } from '../../run-file/provenance/git.ts'
import { readEnvironment } from '../../run-file/provenance/environment.ts'
import { EXIT } from '../../exit-code.ts'
import type { CommandEnd } from '../../process/run-command.ts'
import { writeOutput } from './write-output.ts'

/**
 * Measures the coefficients and writes them.
 * @param out the file; `undefined` replaces those of the repository.
 */
export async function measure(out: string | undefined): Promise<CommandEnd> {
  const { redisVersion, natsVersion, ...costs } = await measureCoefficients(progress)
  const { cpuModel, nodeVersion } = readEnvironment()
  const commit = await readCommit(fileURLToPath(new URL('../../..', import.meta.url)))
  const file: CoefficientsFile = {
    measured: {
      command: 'npm run plan -- --measure',
      date: new Date().toISOString().slice(0, 10),
      cpu: cpuModel,
      cores: availableParallelism(),
      node: nodeVersion,
      redis: redisVersion,
      nats: natsVersion,
      commit: commit?.short ?? null,
    },
    ...costs,
  }
  const path = out ?? fileURLToPath(COEFFICIENTS_FILE)
  writeOutput(coefficientsText(file), path)
  print(`The coefficients are in ${relative(process.cwd(), path)}.`)
  return EXIT.good
}

/** Compares predictions with measurements, and prints both. */
export async function check(file: CoefficientsFile): Promise<CommandEnd> {
  const { figures, slowdown } = await checkModel(file, progress)
  print(
    `${renderCheck(figures)}\n\n${describeMeasured(file.measured)}\n` +
      `Bare requests now take ${slowdown.toFixed(2)} × their CPU time at that measurement; predictions of CPU time are multiplied by this.`,
  )
  const count = (wanted: string) => figures.filter(({ judgement }) => judgement === wanted).length
  const within = `${count('within')} of ${figures.length} predictions are within ${TOLERANCE * 100} %`
  print(
    `${within}; ${count('outside')} are outside, ${count('scattered')} scatter too much to decide.`,
  )
  if (count('outside') > 0) return EXIT.failed
  return count('scattered') > 0 ? EXIT.inconclusive : EXIT.good
}

function progress(message: string): void {
  process.stderr.write(`${message}\n`)
}
