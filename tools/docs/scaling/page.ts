import { readFileSync } from 'node:fs'
import { planOutput } from '../../../src/cli/plan.ts'
import { COEFFICIENTS_FILE, readCoefficients } from '../../../src/plan/coefficients.ts'
import { coefficientsTable } from '../../../src/plan/render-coefficients.ts'

/** The page whose tables come from the model. */
export const PAGE = new URL('../../../docs/scaling.md', import.meta.url)

/** Not of `--check`, whose output is of one run. */
const PLAN = /^```console\n\$ npm run plan -- (--identities .*)\n[^]*?^```$/gm
const COEFFICIENTS = /^<!-- coefficients -->\n[^]*?(?=\n## |\nNot in the model)/m

/** The page as it should be: with plans and costs as the model has them. */
export function withTables(text: string): string {
  const table = coefficientsTable(readCoefficients(COEFFICIENTS_FILE))
  return text
    .replaceAll(PLAN, (_, args: string) => {
      return `\`\`\`console\n$ npm run plan -- ${args}\n${planOutput(args.split(' '))}\`\`\``
    })
    .replace(COEFFICIENTS, () => `<!-- coefficients -->\n\n${table}\n`)
}

/** The page as it is. */
export function readPage(): string {
  return readFileSync(PAGE, 'utf8')
}
