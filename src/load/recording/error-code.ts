/** What to count an error under: its `code` if it has one, as Node's and the registry's errors do, or else its name. */
export function errorCode(error: unknown): string {
  if (error instanceof Error) {
    if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code
    return error.name
  }
  return 'NOT_AN_ERROR'
}
