import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Always runs files in the order of their paths. Vitest's default starts with files that failed or took
 * longest last time, so a measurement's neighbours would change from run to run.
 */
export class PathSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1))
  }
}
