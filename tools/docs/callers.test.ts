import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { expect, inject, test } from 'vitest'
import { OpenIdProvider, signed, signingKey } from '../../src/callers/testing/open-id-provider.ts'
import { freePort } from '../../src/environment/free-port.ts'
import { filesOf } from './files.ts'
import { readPage } from './page.ts'

const SOURCE = pathToFileURL(resolve(import.meta.dirname, '../../src')).href
const backends = inject('backends')

if (backends.kind !== 'memory') {
  test('the service of docs/callers.md lets callers do what their tokens say, and records it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'callers-'))
    const key = await signingKey('first')
    const provider = await OpenIdProvider.start(key)
    const port = await freePort()
    const text = filesOf([readPage('docs/callers.md')]).get('src/order-service.ts') ?? ''
    const path = join(folder, 'order-service.ts')
    writeFileSync(path, text.replaceAll("from './", `from '${SOURCE}/`))
    const service = spawn(process.execPath, [path], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        REDIS_URL: backends.redisUrl,
        NATS_URL: backends.natsUrls[0],
        ISSUER: provider.issuer,
        PORT: String(port),
      },
    })
    const exited = once(service, 'exit')
    const records: unknown[] = []
    const lines = createInterface(service.stdout).on('line', (line) => {
      records.push(JSON.parse(line))
    })
    const post = async (operation: string, token: string, body: object) => {
      const answer = await fetch(`http://127.0.0.1:${port}/${operation}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, connection: 'close' },
        body: JSON.stringify(body),
      })
      return { status: answer.status, text: await answer.text() }
    }
    try {
      await expect
        .poll(
          () =>
            post('', '', {}).then(
              ({ status }) => status,
              () => null,
            ),
          { timeout: 30_000 },
        )
        .toBe(400)
      const token = await provider.accessToken()
      const metadata = { test: folder }
      expect(
        await post('register', token, { identity: 'alice', metadata, ttlMs: 60_000 }),
      ).toMatchObject({ status: 200 })
      expect(
        await post('register', token, { identity: 'bob', metadata, ttlMs: 60_000 }),
      ).toMatchObject({ status: 403 })
      const listing = await post('enumerate', token, { filter: metadata, limit: 10 })
      expect(JSON.parse(listing.text)).toMatchObject({
        totalCount: 1,
        registrations: [{ identity: 'alice' }],
      })
      const expired = await signed(key, {
        iss: provider.issuer,
        aud: 'registry',
        sub: 'alice',
        exp: 1,
        scope: 'read:namespace:orders',
      })
      const refused = await post('enumerate', expired, {})
      expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('expired') })
    } finally {
      service.kill()
      await exited
      lines.close()
      await provider.stop()
      rmSync(folder, { recursive: true })
    }
    const alice = { subject: 'alice', issuer: provider.issuer }
    expect(records).toMatchObject([
      { operation: 'register', principal: alice, allowed: true, identities: ['alice'] },
      { operation: 'register', principal: alice, allowed: false, identities: ['bob'] },
      { operation: 'enumerate', principal: alice, allowed: true, fields: ['test'] },
      { operation: 'enumerate', principal: null, allowed: false },
    ])
  }, 60_000)
}
