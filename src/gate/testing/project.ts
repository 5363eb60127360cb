import { randomBytes } from 'node:crypto'
import { cpSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { RepositoryForTests } from './repository.ts'

/** The checkout that runs the tests. */
export const HARNESS = resolve(import.meta.dirname, '../../..')

const PARTS = ['src', 'package.json', 'package-lock.json', 'vitest.config.ts']

/** Each file is copied several times in a test: tests, what only they use, and rooms that no gate needs, are left out. */
const LEFT_OUT = /\.test\.ts$|\/src\/(?:compare|plan|trend)$|\/(?!gate\/)[\w-]+\/testing$/

/** A git repository with a copy of this checkout, whose gate compares its versions. */
export class ProjectForTests extends RepositoryForTests {
  /** A unique name, so that no other test uses the same namespaces. */
  readonly scenario = `send ${randomBytes(4).toString('hex')}`
  readonly scenarioFolder = join(this.folder, 'src/gate/testing/scenarios')
  readonly scenarioFile = join(this.scenarioFolder, 'send.load.ts')
  /** The prefix of its namespaces. */
  readonly namespaces = `loadtest-${this.scenario.replace(' ', '-')}-`

  constructor() {
    super()
    for (const part of PARTS) {
      const filter = (path: string) => !LEFT_OUT.test(path)
      cpSync(join(HARNESS, part), join(this.folder, part), { recursive: true, filter })
    }
    symlinkSync(join(HARNESS, 'node_modules'), join(this.folder, 'node_modules'), 'junction')
    this.write('.gitignore', 'node_modules\n/results\n')
    this.edit('src/gate/testing/scenarios/send.load.ts', (text) =>
      text.replace("'send'", `'${this.scenario}'`),
    )
    this.commit('as it is')
  }
}
