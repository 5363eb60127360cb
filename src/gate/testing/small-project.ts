import { join, relative, sep } from 'node:path'
import { HARNESS } from './project.ts'
import { RepositoryForTests } from './repository.ts'

const MANIFEST = { name: 'small', version: '1.0.0', type: 'module' }

/** The lockfile of a project without packages. */
export const NO_PACKAGES = JSON.stringify({
  ...MANIFEST,
  lockfileVersion: 3,
  packages: { '': MANIFEST },
})

/** Another project, with a queue and a load test of it that imports our fixture by path. */
export class SmallProject extends RepositoryForTests {
  readonly scenarioFolder = join(this.folder, 'load')
  readonly scenarioFile = join(this.folder, 'load/queue.load.ts')

  constructor() {
    super()
    const fixture = relative(this.scenarioFolder, join(HARNESS, 'src/vitest/load-test.ts'))
    const files = {
      '.gitignore': 'ignored\n',
      'package.json': JSON.stringify(MANIFEST),
      'package-lock.json': NO_PACKAGES,
      'src/ring.ts': 'export const SIZE = 8\n',
      'src/other.ts': '',
      'src/queue/unused.ts': '',
      'src/testing.ts': 'export const fake = 1\n',
      'src/queue/queue.ts': `import { SIZE } from '../ring.ts'

export async function push(k: number): Promise<number> {
  return k % SIZE
}
`,
      'src/queue/queue.test.ts': "import '../testing.ts'\n",
      'load/queue.load.ts': `import { push } from '../src/queue/queue.ts'
import { constant, test } from '${fixture.replaceAll(sep, '/')}'

test('queue', async ({ load }) => {
  await load({
    operations: { push: ({ number }) => push(number) },
    arrivals: constant(1_000),
    duration: '200ms',
    warmUp: '0s',
    verdict: { achieved: { degraded: 0, invalid: 0 } },
  })
})
`,
    }
    for (const [path, text] of Object.entries(files)) this.write(path, text)
    this.commit('as it is')
  }
}
