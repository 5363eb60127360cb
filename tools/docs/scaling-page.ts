import { readFileSync, writeFileSync } from 'node:fs'
import { planOutput } from '../../src/cli/commands/plan.ts'
import { COEFFICIENTS_FILE, readCoefficients } from '../../src/plan/coefficients.ts'
import { coefficientsTable } from '../../src/plan/render-coefficients.ts'

/** The page whose tables come from the cost model. */
const PAGE = new URL('../../docs/scaling.md', import.meta.url)

/** The output of `--check` belongs to one run and stays as it is. */
const PLAN = /^```console\n\$ npm run plan -- (--identities .*)\n[^]*?^```$/gm
const COEFFICIENTS = /^<!-- coefficients -->\n[^]*?(?=\n## |\nNot in the model)/m

/** The page with its plans and costs as the model computes them. */
export function withTables(text: string): string {
  const table = coefficientsTable(readCoefficients(COEFFICIENTS_FILE))
  return text
    .replaceAll(PLAN, (_, args: string) => {
      return `\`\`\`console\n$ npm run plan -- ${args}\n${planOutput(args.split(' '))}\`\`\``
    })
    .replace(COEFFICIENTS, () => `<!-- coefficients -->\n\n${table}\n`)
}

/** The page as it is. */
export function readScalingPage(): string {
  return readFileSync(PAGE, 'utf8')
}

if (import.meta.main) writeFileSync(PAGE, withTables(readScalingPage()))
