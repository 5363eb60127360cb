import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CONFIGURATION_FILE, type ServerProgram } from '../programs.ts'
import type { NodeProcess } from './node-process.ts'

/** What it knows of itself and of its cluster, not data. */
const KEPT = new Set(['nodes.conf', CONFIGURATION_FILE])

/** @param args all arguments of its own, apart from those about persistence. */
export function programProcess(
  name: string,
  program: ServerProgram,
  args: readonly string[] = [],
): NodeProcess {
  const server = program.url.startsWith('redis') ? 'redis' : 'nats'
  return {
    node: { name, server, address: `127.0.0.1:${program.port}` },
    signal: async (signal) => {
      process.kill(program.pid, signal)
    },
    hasEnded: () => Promise.race([program.ended.then(() => true), sleep(0, false)]),
    ended: () => program.ended,
    start: (isPersistent) =>
      program.startAgain(isPersistent ? [...args, '--appendonly', 'yes'] : args),
    erase: async () => {
      const files = await readdir(program.folder)
      const data = files.filter((file) => !KEPT.has(file))
      await Promise.all(
        data.map((file) => rm(join(program.folder, file), { recursive: true, force: true })),
      )
    },
  }
}
