import { cpSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OperationName } from '../operations/operations.ts'

/** A fault of a version of the registry, in every call of one operation. */
export type RealFault =
  | { readonly kind: 'none' }
  /** CPU time before the call, in µs. */
  | { readonly kind: 'slower'; readonly us: number }
  /** One round trip to Redis before the call. */
  | { readonly kind: 'round trip' }
  /** CPU time deferred to a later turn of the event loop, in µs. */
  | { readonly kind: 'deferred'; readonly us: number }
  /** The event loop is blocked for 6 ms. */
  | { readonly kind: 'blocks' }
  | { readonly kind: 'throws' }

/** Files outside of the registry that it imports. */
const IMPORTED = [
  'src/format.ts',
  'src/nearest-name.ts',
  'src/stats/hash.ts',
  'src/stats/random.ts',
]

/** The method that has an operation's fault. */
const METHODS: Readonly<Record<OperationName, string>> = {
  register: 'register',
  heartbeat: 'heartbeat',
  enumerate: 'enumerate',
  multicast: 'multicast',
  // Its changes are made by `register`.
  watch: 'register',
}

/**
 * Copies the running checkout's registry into a folder of its own, with a fault.
 * @param project the checkout's folder.
 * @param folder must not exist.
 */
export function makeVersion(
  project: string,
  folder: string,
  operation: OperationName,
  fault: RealFault,
): void {
  mkdirSync(join(folder, 'src'), { recursive: true })
  for (const part of [...IMPORTED, 'src/registry', 'package.json']) {
    cpSync(join(project, part), join(folder, part), { recursive: true })
  }
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'), 'junction')
  if (fault.kind === 'none') return
  const connect = join(folder, 'src', 'registry', 'connect.ts')
  renameSync(connect, join(folder, 'src', 'registry', 'connect-without-fault.ts'))
  writeFileSync(connect, faultyModule(METHODS[operation], fault))
}

function faultyModule(method: string, fault: Exclude<RealFault, { kind: 'none' }>): string {
  return `
import { connectRegistry as connect, type ConnectOptions } from './connect-without-fault.ts'

function spin(us: number): void {
  const endMs = performance.now() + us / 1_000
  while (performance.now() < endMs);
}

export async function connectRegistry(options: ConnectOptions) {
  const registry = await connect(options)
  const call = registry.${method}.bind(registry)
  registry.${method} = ${bodyOf(fault)}
  return registry
}
`
}

function bodyOf(fault: Exclude<RealFault, { kind: 'none' }>): string {
  switch (fault.kind) {
    case 'slower':
      return `(...args) => { spin(${fault.us}); return call(...args) }`
    case 'blocks':
      return '(...args) => { spin(6_000); return call(...args) }'
    case 'round trip':
      return `async (...args) => { await registry.unregister('no-such-user'); return call(...args) }`
    case 'deferred':
      return `(...args) => { setImmediate(() => spin(${fault.us})); return call(...args) }`
    case 'throws':
      return `() => Promise.reject(new Error('thrown on purpose'))`
  }
}
