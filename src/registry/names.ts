import { RegistryError } from './errors.ts'

/** A gateway's name: 1 to 64 letters, digits, `-` and `_`. */
export const GATEWAY_NAME = /^[A-Za-z0-9_-]{1,64}$/

/**
 * Checks the name of a gateway, see `GATEWAY_NAME`.
 * @param option the option that gave it, for the message.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function validateGatewayName(name: unknown, option: string): string {
  if (typeof name === 'string' && GATEWAY_NAME.test(name)) return name
  const got = typeof name === 'string' ? JSON.stringify(name.slice(0, 80)) : typeof name
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `${option} is ${got}; it must be 1 to 64 letters, digits, - or _.`,
  )
}

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
