/** The files of a newcomer's project: one system, one scenario, one unit test. */
export const NEWCOMER: Readonly<Record<string, string>> = {
  // As `npm init -y` writes it.
  'package.json': JSON.stringify({ name: 'shop', version: '1.0.0', type: 'commonjs' }),
  '.gitignore': 'node_modules/\n',
  'src/price.ts': `export function price(cents: number): number {
  return cents * 2
}
`,
  'src/price.test.ts': `import { expect, test } from 'vitest'
import { price } from './price'

test('doubles', () => {
  expect(price(2)).toBe(4)
})
`,
  'load/shop.mjs': `import { once } from 'node:events'
import { createServer } from 'node:http'
import { defineSystem } from 'prism-loadtest/system'

export default defineSystem({
  start: async () => {
    const server = createServer((_, answer) => answer.end('ok')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = \`http://127.0.0.1:\${server.address().port}\`
    return {
      kind: 'programs',
      servers: [{ name: 'shop', version: '1.0.0', addresses: [url] }],
      configurationHash: null,
      provide: { url },
      stop: async () => void server.close(),
    }
  },
})
`,
  'load/checkout.load.ts': `import { inject } from 'vitest'
import { constant, expect, test } from 'prism-loadtest'
import { price } from '../src/price'

declare module 'vitest' {
  interface ProvidedContext {
    url: string
  }
}

test('checkout', async ({ load }) => {
  const url = inject('url')
  const result = await load({
    operations: {
      pay: async ({ signal }) => {
        price(1)
        await (await fetch(url, { signal })).text()
      },
    },
    arrivals: constant(50),
    duration: '1s',
    warmUp: '200ms',
    // Whether a busy machine is punctual does not matter here.
    verdict: { achieved: { degraded: 0, invalid: 0 }, dropped: { invalid: 1 } },
  })
  expect(result).toMeetSlo({ response: { p95: '4s' } })
  result.operations.get('pay')?.counts.ok.toFixed()
})
`,
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      strict: true,
      noEmit: true,
      module: 'esnext',
      moduleResolution: 'bundler',
      target: 'es2023',
      types: ['node'],
      skipLibCheck: false,
    },
    include: ['**/*.ts'],
  }),
  'types.ts': `import { AuditTrail, authorize, JwtAuthorizer } from 'prism-loadtest/callers'
import { MulticastRegistry, connectRegistry } from 'prism-loadtest/registry'
import { loadTests } from 'prism-loadtest/vitest'
import { defineSystem } from 'prism-loadtest/system'
import { constant, test } from 'prism-loadtest'

export const all = [MulticastRegistry, connectRegistry, loadTests, defineSystem, constant, test]
export const callers = [AuditTrail, authorize, JwtAuthorizer]
`,
}

/** A config of the newcomer's own, with one line of ours. */
export const CONFIG = `import { defineConfig } from 'vitest/config'
import { loadTests } from 'prism-loadtest/vitest'

export default defineConfig({
  plugins: [loadTests({ system: 'load/shop.mjs' })],
  test: { globals: true },
})
`
