import { onTestFinished } from 'vitest'
import { MemoryMessenger } from '../../registry/memory/memory-messenger.ts'
import { MemoryStore } from '../../registry/memory/memory-store.ts'
import { MulticastRegistry } from '../../registry/registry.ts'

/** A registry of the namespace `orders` within this process, which is closed when the test ends. */
export function openRegistry(): MulticastRegistry {
  const registry = new MulticastRegistry({
    store: new MemoryStore(),
    messenger: new MemoryMessenger(),
    namespace: 'orders',
  })
  onTestFinished(() => registry.close())
  return registry
}
