import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OperationName } from '../operations/operations.ts'
import { makeVersion, type RealFault } from './faulty-version.ts'
import { HARNESS } from './project.ts'

/** This checkout's registry as the base, and with a fault as the head. */
export class TwoVersions {
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), 'two-versions-')))
  readonly base = join(this.#folder, 'base')
  readonly head = join(this.#folder, 'head')

  constructor(operation: OperationName, fault: RealFault) {
    makeVersion(HARNESS, this.base, operation, { kind: 'none' })
    makeVersion(HARNESS, this.head, operation, fault)
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
