import { RegistryError } from './errors.ts'

/** The format of gateway names: 1 to 64 letters, digits, `-` and `_`. */
export const GATEWAY_NAME = /^[A-Za-z0-9_-]{1,64}$/

/**
 * Checks a gateway's name against `GATEWAY_NAME`.
 * @param option the name of the option, for the message.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function validateGatewayName(name: unknown, option: string): string {
  if (typeof name === 'string' && GATEWAY_NAME.test(name)) return name
  const got = typeof name === 'string' ? JSON.stringify(name.slice(0, 80)) : typeof name
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `${option}: ${got} must be 1 to 64 letters, digits, - or _`,
  )
}

/** The format of message ids: 1 to 128 printable ASCII characters without spaces. */
export const MESSAGE_ID = /^[!-~]{1,128}$/

/**
 * Checks a message id against `MESSAGE_ID`.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function validateMessageId(id: unknown): string {
  if (typeof id === 'string' && MESSAGE_ID.test(id)) return id
  const got = typeof id === 'string' ? JSON.stringify(id.slice(0, 80)) : typeof id
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `messageId: ${got} must be 1 to 128 printable ASCII characters without spaces`,
  )
}
