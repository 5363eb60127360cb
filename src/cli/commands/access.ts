import { ROLES } from '../../access/role.ts'
import { docsPage } from '../../installed.ts'
import { EXIT } from '../../exit-code.ts'
import { typedCommand } from '../../typed-command.ts'
import type { AccessFlags } from '../actions/access.ts'
import type { Define } from '../command-line.ts'
import { addSections } from '../help-sections.ts'

const HOW = [
  `A tenant is a namespace whose processes have Redis and NATS users of their own, so that the servers keep tenants apart. This command prints the least rights that a role needs, for an administrator to apply. ${docsPage('tenants.md')} has the models, and what each protects from.`,
  'Several roles make one user that has the rights of all. Several tenants make one user each.',
]

/** `prism-loadtest access` */
export const access: Define = (command, end) => {
  command
    .description('Prints the least rights in Redis and NATS that a role of a tenant needs.')
    .option('--role <name>', 'a role, below; may be given several times', collected, [])
    .option('--tenant <namespace>', 'a namespace; may be given several times', collected, [])
    .option('--user <name>', "the user's name; by default the tenant and its roles")
    .option('--password-file <file>', 'a file with its password, of which Redis gets the SHA-256')
    .option('--format <format>', 'redis, aclfile, nats, json; by default redis and nats')
    .option(
      '--functions',
      "for registries with scripts: 'functions', whose users run no scripts of their own; without --role, prints the functions",
    )
    .option('--account', 'NATS: an account per tenant instead of one that all share')
    .option('--durable', 'NATS: exactly-once delivery; needs --account')
    .option('--prefix <prefix>', 'the prefix of NATS subjects; prism.multicast by default')
    .option('--cluster', 'Redis is a cluster')
    .option('--sentinel', 'Redis is found by Sentinels')
    .option('--database <number>', 'the number of the Redis database; 0 by default')
    .option('--wait-for-replicas', 'writes wait for replicas of Redis')
    .option(
      '--quotas <file>',
      "a JSON file with the tenant's quotas, for registries with quotas: true; without --role, prints the commands that set them",
    )
    .action(async (flags: AccessFlags) => {
      const { printAccess } = await import('../actions/access.ts')
      await printAccess(flags)
      end(EXIT.good)
    })
  addSections(command, {
    sections: [
      ['Roles', ROLES.map(({ name, does }) => [name, does] as const)],
      ['How it works', HOW],
    ],
    exitCodes: { 0: 'printed' },
    examples: [
      typedCommand('access', '--role gateway --tenant a'),
      typedCommand('access', '--role gateway --role sender --tenant a --tenant b --format nats'),
      typedCommand('access', '--functions > functions.lua'),
      typedCommand('access', '--tenant a --quotas quotas.json'),
      typedCommand('access', '--role reader --tenant a --password-file a.password --format redis'),
    ],
  })
}

function collected(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value]
}
