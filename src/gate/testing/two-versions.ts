import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OperationName } from '../operations/operations.ts'
import { makeVersion, type RealFault } from './faulty-version.ts'
import { HARNESS } from './project.ts'

/** This checkout's registry as the baseline, and with a fault as the candidate. */
export class TwoVersions {
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), 'two-versions-')))
  readonly baseline = join(this.#folder, 'baseline')
  readonly candidate = join(this.#folder, 'candidate')

  constructor(operation: OperationName, fault: RealFault) {
    makeVersion(HARNESS, this.baseline, operation, { kind: 'none' })
    makeVersion(HARNESS, this.candidate, operation, fault)
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
