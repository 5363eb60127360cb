import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { ended, startCommand, type Ended } from './testing/command.ts'
import { planOutput } from './commands/plan.ts'

function plan(...args: string[]): Promise<Ended> {
  return ended(startCommand(['plan', ...args], {}))
}

test('a plan names the first bottleneck, the needs and the assumptions', async () => {
  const { exitCode, stdout, stderr } = await plan(
    '--identities',
    '1e7',
    '--multicasts',
    '500',
    '--targets',
    '1e4',
  )
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/identities +10,000,000/)
  expect(stdout).toMatch(/multicasts\/s × targets +500 × 10,000/)
  expect(stdout).toMatch(/saturates first +\S/)
  expect(stdout).toMatch(/NATS servers +\d/)
  expect(stdout).toContain('heartbeats: one per identity every 100 s')
  expect(stdout).not.toContain('targets of each:')
  expect(stdout).toContain('Utilisation is at most 60 %')
})

test('--json has the same plan', async () => {
  const { stdout } = await plan('--identities', '1e5,1e6', '--utilisation', '50', '--json')
  expect(JSON.parse(stdout)).toMatchObject({
    assumptions: { utilisation: 0.5 },
    measured: { command: 'npm run plan -- --measure' },
    plans: [{ demand: { identities: 1e5 } }, { demand: { identities: 1e6 } }],
  })
})

test('says that one namespace cannot meet a demand', () => {
  expect(planOutput(['--identities', '1e9', '--namespaces', '1'])).toContain(
    "Plan can't be carried out: one namespace needs",
  )
})

test('plans more gateways than requested if they receive too much', () => {
  const flags = ['--identities', '1e6', '--namespaces', '1', '--multicasts', '2e4']
  expect(planOutput([...flags, '--targets', '1', '--gateways', '1'])).toMatch(
    /^Plan has [\d,]+ gateways: 1 would have too much to receive\.$/m,
  )
})

test.each([
  [['--identities', 'NaN'], '--identities: "NaN" must be a whole number'],
  [['--identities', '-1'], '--identities'],
  [['--identities', '10', '--targets', '11'], '--targets: 11 is more than the 10 identities'],
  [['--utilisation', '0'], '--utilisation: "0" must be a number from 1 to 100'],
  [['--identites', '10'], '--identities'],
  [['10'], 'plan'],
  [['--out', 'x.json'], "--out: a plan doesn't take it"],
  [['--measure', '--identities', '10'], "--identities: --measure doesn't take it"],
  [['--measure', '--check'], "doesn't take it"],
  [['--check', '--json'], "--json: --check doesn't take it"],
  [['--coefficients', '/nowhere.json'], "Coefficients can't be read"],
])('%j is refused with the reason', async (args, message) => {
  const { exitCode, stderr } = await plan(...args)
  expect(exitCode).toBe(2)
  expect(stderr).toContain(message)
  expect(stderr.trim().split('\n')).toHaveLength(1)
})

test('--coefficients takes the costs of another machine', async () => {
  const path = fileURLToPath(new URL('../plan/coefficients.json', import.meta.url))
  const named = await plan('--coefficients', path, '--identities', '1e7')
  expect(named.stdout).toBe((await plan('--identities', '1e7')).stdout)
})

test.each([
  ['{"coefficients": {}}', 'measured'],
  ['{', 'JSON'],
])('refuses a coefficients file that holds %s', async (text, message) => {
  const folder = mkdtempSync(join(tmpdir(), 'plan-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'coefficients.json')
  writeFileSync(path, text)
  const { exitCode, stderr } = await plan('--coefficients', path)
  expect(exitCode).toBe(2)
  expect(stderr).toContain(message)
})

test('--help lists all options and exit codes', async () => {
  const { exitCode, stdout } = await plan('--help')
  expect(exitCode).toBe(0)
  for (const text of ['--identities', '--network', '--measure', '--check', 'Exit code']) {
    expect(stdout).toContain(text)
  }
})
