import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram, startNatsProgram } from '../../../src/environment/programs.ts'
import { DEFAULT_SUBJECT_PREFIX } from '../../../src/registry/nats/subjects.ts'

/** A NATS server whose clients may not publish to identities. */
export interface RefusingNats {
  readonly url: string
  stop(): Promise<void>
}

/** Starts one; `null` if nats-server is not installed. */
export async function startRefusingNats(): Promise<RefusingNats | null> {
  if (findProgram('nats-server') === undefined) return null
  const folder = await mkdtemp(join(tmpdir(), 'refusing-nats-'))
  const config = join(folder, 'nats.conf')
  const permissions = `{ publish: { deny: "${DEFAULT_SUBJECT_PREFIX}.>" } }`
  await writeFile(
    config,
    `authorization { users: [{ user: ann, password: pw, permissions: ${permissions} }] }`,
  )
  const server = await startNatsProgram({ extraArgs: ['--config', config] })
  return {
    url: `nats://ann:pw@127.0.0.1:${server.port}`,
    stop: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
