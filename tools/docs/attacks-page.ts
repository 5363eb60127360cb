import { readFileSync, writeFileSync } from 'node:fs'
import type { Attack } from '../../src/access/hostile/testing/attack.ts'
import { NATS_ATTACKS } from '../../src/access/hostile/testing/nats-attacks.ts'
import { REDIS_ATTACKS } from '../../src/access/hostile/testing/redis-attacks.ts'

/** The page whose tables come from the attacks that tests make. */
const PAGE = new URL('../../docs/tenants.md', import.meta.url)

/** The page with the attacks as the tests make them. */
export function withAttacks(text: string): string {
  const tables = [
    ['redis', REDIS_ATTACKS],
    ['nats', NATS_ATTACKS],
  ] as const
  return tables.reduce(
    (page, [server, attacks]) =>
      page.replace(
        new RegExp(`(?<=<!-- attacks on ${server} -->\n\n)\\|[^]*?(?=\n\n|\n$)`),
        // A function, because what comes back has dollar signs.
        () => tableOf(attacks),
      ),
    text,
  )
}

/** The page as it is. */
export function readTenantsPage(): string {
  return readFileSync(PAGE, 'utf8')
}

function tableOf(attacks: readonly Attack[]): string {
  const rows = attacks.map(({ kind, name, back }) => `| ${kind} | ${escaped(name)} | ${back} |`)
  return ['| kind | attack | what comes back |', '|---|---|---|', ...rows].join('\n')
}

function escaped(text: string): string {
  return text.replaceAll('|', String.raw`\|`)
}

if (import.meta.main) writeFileSync(PAGE, withAttacks(readTenantsPage()))
