import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The file that takes longest: started last, it would run on alone. */
const FIRST = '/tools/docs/run-pages.test.ts'

/**
 * Always runs files in the order of their paths, after the longest one. Vitest's default starts with files that
 * failed or took longest last time, so a measurement's neighbours would change from run to run.
 */
export class PathSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
  }
}

function orderOf({ moduleId }: TestSpecification): string {
  return moduleId.endsWith(FIRST) ? '' : moduleId
}
