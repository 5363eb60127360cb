import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const hasPromtool = spawnSync('promtool', ['--version']).status === 0

function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  })
  return status === 0 ? 'passed' : `${stdout}\n${stderr}`
}

// CI has promtool; elsewhere, it comes with Prometheus.
if (hasPromtool || process.env['CI'] !== undefined) {
  test('Prometheus takes the configuration and its rules', () => {
    expect(promtool('check', 'config', 'prometheus.yml')).toBe('passed')
  })

  test('alerts fire when they should, end, and say when there are no data', () => {
    expect(promtool('test', 'rules', 'rules.test.yml')).toBe('passed')
  })
}

if (spawnSync('docker-compose', ['version']).status === 0 || process.env['CI'] !== undefined) {
  test('docker-compose takes the file that starts Prometheus', () => {
    const file = new URL('../../docker-compose.telemetry.yml', import.meta.url)
    const { status, stderr } = spawnSync(
      'docker-compose',
      ['-f', fileURLToPath(file), 'config', '--quiet'],
      { encoding: 'utf8' },
    )
    expect(status, stderr).toBe(0)
  })
}
