import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SIGNAL_CODES } from '../process/signals.ts'
import { VirtualTerminal } from '../report/terminal/live/testing/virtual-terminal.ts'
import { useResultsFolder } from './testing/command.ts'

const folder = useResultsFolder()

/** That of util-linux runs a command on a terminal of its own. */
const hasScript = /util-linux/.test(String(spawnSync('script', ['--version']).stdout))

/** Runs a scenario for an hour on a terminal of 60 columns. */
function benchOnTerminal(scenario: string) {
  const start = join(import.meta.dirname, 'start.mjs')
  const command = `stty cols 60 rows 20; exec '${process.execPath}' '${start}' bench ${scenario} --duration 1h`
  const child = spawn(
    'script',
    ['--quiet', '--flush', '--return', '--command', command, '/dev/null'],
    {
      env: {
        ...process.env,
        BENCH_BACKEND: 'memory',
        BENCH_SCENARIOS: join(import.meta.dirname, 'testing/scenarios'),
        BENCH_RESULTS: folder(),
        TERM: 'xterm',
        CI: '',
        VITEST: '',
      },
    },
  )
  const terminal = new VirtualTerminal(60, 20)
  child.stdout.setEncoding('utf8').on('data', (text: string) => terminal.write(text))
  return { child, terminal }
}

if (hasScript) {
  describe('on a terminal', () => {
    test('a running load has a block, and Ctrl-C leaves a clean screen', async () => {
      const { child, terminal } = benchOnTerminal('long')
      await expect
        .poll(() => terminal.screen.slice(-7), { timeout: 30_000 })
        .toEqual([
          expect.stringMatching(/^long +\d of 3,600 s, 3,5\d\d s to go$/),
          expect.stringMatching(/^ {2}asked +█+ {3}100\/s$/),
          expect.stringMatching(/^ {2}achieved +.+ {3}[\d.]+\/s/),
          expect.stringMatching(/^ {2}last second +P50 /),
          expect.stringMatching(/^ {2}so far +P50 /),
          expect.stringMatching(/^ {2}errors +0$/),
          expect.stringMatching(/^ {2}generator +(on time|late) {3}lateness P/),
        ])
      expect(terminal.isCursorVisible).toBe(false)
      child.stdin.write('\u0003')
      const [exitCode] = (await once(child, 'close')) as [number]
      expect(exitCode).toBe(SIGNAL_CODES.SIGINT)
      expect(terminal.isCursorVisible).toBe(true)
      const printed = terminal.transcript.join('\n')
      expect(printed).toContain('SIGINT: ending the run')
      expect(printed).toContain('Interrupted: the files hold the measurements so far.')
      expect(printed).not.toMatch(/ to go|last second|so far {6}/)
    })
  })
}
