/** Two versions can't be compared by this harness. The message says which and why. Exit code 4. */
export class NotComparableError extends Error {
  override readonly name = 'NotComparableError'
}
