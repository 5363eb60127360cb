/** Two tenants of one Redis: one that provides a service, and one that attacks it. */
import { Redis } from 'ioredis'
import { startRedisProgram } from '../../../environment/programs.ts'
import { connectRedisStore } from '../../../registry/redis/redis-store.ts'
import { quotaCommands } from '../../../registry/redis/stored-quotas.ts'
import { everything, request } from '../../../registry/testing/store.contract.ts'
import { Warnings } from '../../../registry/warnings.ts'
import { createRedisUser, loadFunctions, urlFor, userOf } from '../../testing/tenant-users.ts'
import { ATTACKER, IDENTITY, VICTIM } from './redis-attacks.ts'

/** In the victim's metadata; no reply to the attacker may have it. */
export const SECRET = 'of the victim only'

/** Starts a server whose users are two tenants and an administrator; the default user is off. */
export async function startTwoTenants(extraArgs: readonly string[] = []) {
  const allowed = ['--enable-debug-command', 'yes', '--enable-module-command', 'yes']
  const server = await startRedisProgram({ extraArgs: [...allowed, ...extraArgs] })
  const opening = new Redis(server.url)
  await opening.acl('SETUSER', 'root', 'on', '>root', '~*', '&*', '+@all')
  await opening.acl('SETUSER', 'default', 'off')
  opening.disconnect()
  const admin = new Redis(`redis://root:root@127.0.0.1:${server.port}`)
  await loadFunctions(admin)
  const users = [ATTACKER, VICTIM].map((name) => ({
    ...userOf(name, ['loadtest'], { quotas: true }),
    name,
  }))
  for (const user of users) await createRedisUser(admin, user)
  for (const namespace of [ATTACKER, VICTIM]) {
    const quotas = { identities: 100, multicastsPerSecond: 1_000 }
    for (const [name = '', ...words] of await quotaCommands(namespace, quotas)) {
      await admin.call(name, ...words)
    }
  }
  const [attackerUrl, victimUrl] = users.map((user) => urlFor(user, server.port))
  const open = (url: string | undefined, namespace: string) =>
    connectRedisStore({
      url: url ?? '',
      namespace,
      scripts: 'functions',
      warnings: new Warnings(() => {}),
    })
  const victim = await open(victimUrl, VICTIM)
  await victim.register(request(IDENTITY, { ttlMs: 0, metadata: { secret: SECRET } }))
  await victim.register(request('bob', { ttlMs: 3_600_000, metadata: { secret: SECRET } }))
  const attacker = await open(attackerUrl, ATTACKER)
  await attacker.register(request(IDENTITY, { ttlMs: 0 }))
  return {
    server,
    admin,
    victim,
    /** Another connection of the attacker's. */
    connectAttacker: () => {
      const redis = new Redis(attackerUrl ?? '', {
        maxRetriesPerRequest: 0,
        commandTimeout: 1_000,
        enableReadyCheck: false,
        disableClientInfo: true,
      })
      redis.on('error', () => {})
      return redis
    },
    /** Everything in Redis of the victim's, and what it gets from its service. */
    stateOfVictim: async () => {
      const keys = (await admin.keys(`*${VICTIM}*`)).sort()
      const data = await Promise.all(
        keys.map(async (key) => {
          const [dump, ends] = await Promise.all([admin.dumpBuffer(key), admin.pexpiretime(key)])
          return { key, dump: dump?.toString('base64'), ends }
        }),
      )
      const listed = await victim.select(everything)
      return { data, listed, users: await admin.acl('USERS') }
    },
    /** The functions and commands that the attacker may call. */
    permitted: userOf(ATTACKER, ['loadtest']).redis.main.commands,
    stop: async () => {
      await Promise.all([victim.close(), attacker.close()])
      await admin.quit()
      await server.stop()
    },
  }
}
