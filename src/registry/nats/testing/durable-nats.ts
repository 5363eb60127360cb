/** Servers, messengers and processes for tests of exactly-once delivery over NATS. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect as connectPlain, type NatsConnection } from '@nats-io/transport-node'
import { expect, onTestFinished } from 'vitest'
import { findProgram, startNatsProgram } from '../../../environment/programs.ts'
import type { Messenger, OutgoingMessage, SendOptions } from '../../messenger.ts'
import { type RegistryWarningCode, Warnings } from '../../warnings.ts'
import { connectNatsMessenger } from '../nats-messenger.ts'
import { type NatsMessengerOptions } from '../messenger-options.ts'
import { DEFAULT_SUBJECT_PREFIX, Subjects } from '../subjects.ts'

export const EXACTLY_ONCE: SendOptions = {
  delivery: 'exactly-once',
  timeoutMs: 10_000,
  receipts: true,
}
export const IMPATIENT: SendOptions = { ...EXACTLY_ONCE, timeoutMs: 400 }

/** The namespace of all messengers here, and its subjects. */
export const NAMESPACE = 'test'
export const SUBJECTS = new Subjects(DEFAULT_SUBJECT_PREFIX, NAMESPACE)

/** A server of the test's own, without streams of other tests. */
export async function startServer() {
  const server = await startNatsProgram()
  onTestFinished(() => server.stop())
  return server
}

/** A messenger with the number of its warnings by code. */
export async function connect(
  url: string,
  durability: NatsMessengerOptions['durability'],
  options: Partial<NatsMessengerOptions> = {},
): Promise<Messenger & { readonly warned: (code: RegistryWarningCode) => number }> {
  const warnings = new Warnings(() => {})
  const messenger = await connectNatsMessenger({
    servers: [url],
    namespace: NAMESPACE,
    warnings,
    ...(durability && { durability }),
    ...options,
  })
  onTestFinished(() => messenger.close())
  const warned = (code: RegistryWarningCode): number => warnings.counts.get(code) ?? 0
  return Object.assign(messenger, { warned })
}

/** A client without this library. */
export async function connectAnyone(url: string): Promise<NatsConnection> {
  const nats = await connectPlain({ servers: url })
  onTestFinished(() => nats.close())
  return nats
}

export function messageOf(text: string): OutgoingMessage {
  return { id: crypto.randomUUID(), payload: new TextEncoder().encode(text) }
}

export function targetsOf({ gateway }: Pick<Messenger, 'gateway'>, ...identities: string[]) {
  return identities.map((identity) => ({ identity, gateway }))
}

/** A server that keeps its streams in `folder` when it is killed. */
export async function startKeepingServer(port: number, folder: string) {
  const args = ['--addr', '127.0.0.1', '--port', `${port}`, '--jetstream', '--store_dir', folder]
  const child = spawn(findProgram('nats-server') ?? 'nats-server', args, { stdio: 'ignore' })
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  onTestFinished(kill)
  const url = `nats://127.0.0.1:${port}`
  await expect
    .poll(() => connectPlain({ servers: url }).then((nats) => nats.close()), { timeout: 10_000 })
    .toBeUndefined()
  return { url, port, kill }
}

/** A folder that is deleted after the test. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Starts and kills processes with one durable gateway; `handled()` returns the messages they handled. */
export function durableProcesses(url: string, ...identities: string[]) {
  const file = join(temporaryFolder('durable-gateway'), 'handled')
  writeFileSync(file, '')
  const running = new Set<ChildProcess>()
  onTestFinished(() => {
    for (const child of running) child.kill('SIGKILL')
  })
  return {
    handled: () => readFileSync(file, 'utf8').split('\n').filter(Boolean).sort(),
    start: async () => {
      const program = fileURLToPath(new URL('durable-gateway-process.ts', import.meta.url))
      const child = fork(program, [url, NAMESPACE, 'orders', file, ...identities])
      running.add(child)
      const [gateway] = await once(child, 'message')
      return {
        gateway: String(gateway),
        kill: async () => {
          child.kill('SIGKILL')
          await once(child, 'exit')
          running.delete(child)
        },
      }
    },
  }
}
