/**
 * What a test failed by besides its SLO, a line each. An SLO's own message is indented, and repeats what the
 * tables of its report say.
 * @param error as a run file has it: the messages of all of the test's errors.
 */
export function ownErrors(error: string | null): readonly string[] {
  return error === null ? [] : error.split('\n').filter((line) => /^\S/.test(line))
}
