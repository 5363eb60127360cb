import { RegistryError } from './errors.ts'

/** An id of a message: 1 to 128 printable ASCII characters without spaces. */
export const MESSAGE_ID = /^[!-~]{1,128}$/

/** @throws RegistryError `INVALID_ARGUMENT` */
export function validateMessageId(id: unknown): string {
  if (typeof id === 'string' && MESSAGE_ID.test(id)) return id
  const got = typeof id === 'string' ? JSON.stringify(id.slice(0, 80)) : typeof id
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `messageId is ${got}; it must be 1 to 128 printable ASCII characters without spaces.`,
  )
}
