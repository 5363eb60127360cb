import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Runs files in the order of their paths, always. By default Vitest begins with what failed or took
 * longest last time, and a measurement's neighbours would change from run to run.
 */
export class PathSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1))
  }
}
