import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished, test } from 'vitest'
import { missingPrograms, startNatsProgram } from '../environment/programs.ts'
import { connectNatsMessenger } from '../registry/nats/nats-messenger.ts'
import { ended, startCommand } from './testing/command.ts'
import { run } from './main.ts'
import { UserError } from '../user-error.ts'

const missing = missingPrograms()

describe('prism-loadtest subscribe', () => {
  test.each([
    { args: ['--patern', 'x'], says: 'Did you mean --pattern' },
    { args: ['--pattern', 'a b'], says: '--pattern: "a b" matches no identity: ' },
    { args: ['--namespace', 'a b'], says: '--namespace: "a b": expected' },
    { args: ['--report-interval', '10ms'], says: '--report-interval: "10ms" must be at least 1s' },
    { args: ['--nats-servers', 'http://x'], says: '--nats-servers is not a NATS address' },
    { args: ['--nats-servers', '127.0.0.1:1'], says: 'NATS at 127.0.0.1:1 ' },
    { args: ['--check', '--nats-servers', '127.0.0.1:1'], says: 'NATS at 127.0.0.1:1 ' },
  ])('$args is refused in one line', async ({ args, says }) => {
    const error: unknown = await run(['subscribe', ...args]).catch((e) => e)
    expect(error instanceof UserError && error.message).toContain(says)
    expect(error instanceof UserError && error.message).not.toContain('\n')
  })

  test.skipIf(missing !== undefined)(
    'receives once it reports ready, answers --check, and ends with 0 on SIGINT and SIGTERM',
    async () => {
      const server = await startNatsProgram()
      onTestFinished(() => server.stop())
      const start = (...args: readonly string[]): ChildProcess => {
        const child = startCommand(['subscribe', ...args], { NATS_URL: server.url })
        onTestFinished(() => void child.kill('SIGKILL'))
        return child
      }
      expect(await ended(start('--check'))).toMatchObject({ exitCode: 2, stdout: '' })

      const running = [start('--json'), start('--json')].map((child) => ({
        child,
        events: eventsOf(child),
      }))
      const ready = await Promise.all(running.map(({ events }) => nextOf(events, 'ready')))
      expect(ready[0]).toEqual(ready[1])
      expect(await ended(start('--check'))).toMatchObject({
        exitCode: 0,
        stdout: '2 processes receive for the namespace "loadtest"\n',
      })

      const sender = await connectNatsMessenger({
        servers: [server.url],
        namespace: 'loadtest',
      })
      onTestFinished(() => sender.close())
      const message = { id: 'm1', payload: new Uint8Array(3) }
      const targets = [{ identity: 'loadtest-user-1', gateway: String(ready[0]?.['gateway']) }]
      const options = { delivery: 'at-most-once', timeoutMs: 5_000, receipts: true } as const
      expect([...(await sender.send(message, targets, options)).values()]).toEqual(['DELIVERED'])

      running[0]?.child.kill('SIGINT')
      running[1]?.child.kill('SIGTERM')
      const summaries = await Promise.all(running.map(({ events }) => nextOf(events, 'summary')))
      const received = summaries.map((summary) => summary['receipts'])
      expect(new Set(received)).toEqual(new Set([0, 1]))
      for (const { child } of running) {
        expect(await ended(child)).toMatchObject({ exitCode: 0, stderr: '' })
      }
    },
  )
})

test.each([[], ['--check']])(
  'subscribe %s ends by itself if the server accepts connections but never answers',
  async (...args) => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      silent.close()
    })
    await once(silent, 'listening')
    const address = silent.address()
    const url = `nats://127.0.0.1:${typeof address === 'object' ? address?.port : address}`
    const child = startCommand(['subscribe', ...args, '--nats-servers', url], {})
    onTestFinished(() => void child.kill('SIGKILL'))
    const { exitCode, stderr } = await ended(child)
    expect(stderr).toMatch(/^NATS at 127\.0\.0\.1:\d+ is unavailable: no answer/)
    expect(exitCode).toBe(2)
  },
)

type Event = Readonly<Record<string, unknown>>

async function* eventsOf({ stdout }: ChildProcess): AsyncGenerator<Event> {
  if (stdout === null) return
  for await (const line of createInterface(stdout)) yield JSON.parse(line)
}

async function nextOf(events: AsyncGenerator<Event>, kind: string): Promise<Event> {
  for (;;) {
    const { value, done } = await events.next()
    if (done) throw new Error(`ended before it was ${kind}`)
    if (value['kind'] === kind) return value
  }
}
