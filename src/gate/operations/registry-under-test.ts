import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ConnectOptions } from '../../registry/connect.ts'
import type { MulticastRegistry } from '../../registry/registry.ts'

/** The part of a version's registry that the gate's operations use. */
export type RegistryUnderTest = Pick<
  MulticastRegistry,
  'register' | 'heartbeat' | 'enumerate' | 'multicast' | 'watch' | 'subscribe' | 'clear' | 'close'
>

/** A version's own `connectRegistry`. */
export type Connect = (options: ConnectOptions) => Promise<RegistryUnderTest>

/**
 * Imports a version's registry into this process.
 * @param folder the version's project folder: its `src/registry/connect.ts` is imported, which
 *   resolves packages from there.
 * @throws Error from the import; TypeError if it exports no `connectRegistry`.
 */
export async function importRegistry(folder: string): Promise<Connect> {
  const path = join(folder, 'src', 'registry', 'connect.ts')
  const exported: { readonly connectRegistry?: unknown } = await import(pathToFileURL(path).href)
  const { connectRegistry } = exported
  if (!isConnect(connectRegistry)) {
    throw new TypeError('src/registry/connect.ts does not provide an export named connectRegistry')
  }
  return connectRegistry
}

function isConnect(value: unknown): value is Connect {
  return typeof value === 'function'
}
