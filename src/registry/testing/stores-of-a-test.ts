import { afterEach, beforeEach } from 'vitest'
import type { RegistryStore } from '../store.ts'

/** Stores of one namespace. */
export interface StoreSource {
  /** A store of the same namespace each time, which starts out empty. */
  open(options?: { readonly maxIdentities?: number }): Promise<RegistryStore>
}

/**
 * Gives each test of the surrounding suite its own namespace; clears it and closes its stores after the
 * test.
 * @param create returns a new, empty namespace.
 * @returns a function that opens a store of the running test's namespace.
 */
export function storesOfATest(create: () => StoreSource): StoreSource['open'] {
  const opened: RegistryStore[] = []
  let source: StoreSource

  const open: StoreSource['open'] = async (options) => {
    const another = await source.open(options)
    opened.push(another)
    return another
  }

  beforeEach(() => {
    source = create()
  })

  afterEach(async () => {
    await (await open()).clear()
    await Promise.all(opened.splice(0).map((each) => each.close()))
  })

  return open
}
