import { RegistryError } from './errors.ts'

/** The format of gateway names: 1 to 64 letters, digits, `-` and `_`. */
export const GATEWAY_NAME = /^[A-Za-z0-9_-]{1,64}$/

/** The format of message ids: 1 to 128 printable ASCII characters without spaces. */
export const MESSAGE_ID = /^[!-~]{1,128}$/

/**
 * Checks a gateway's name against `GATEWAY_NAME`.
 * @param option the name of the option, for the message.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function validateGatewayName(name: unknown, option: string): string {
  return validated(name, option, GATEWAY_NAME, '1 to 64 letters, digits, - or _')
}

/**
 * Checks a message id against `MESSAGE_ID`.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function validateMessageId(id: unknown): string {
  return validated(
    id,
    'messageId',
    MESSAGE_ID,
    '1 to 128 printable ASCII characters without spaces',
  )
}

function validated(value: unknown, option: string, format: RegExp, rule: string): string {
  if (typeof value === 'string' && format.test(value)) return value
  const got = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : typeof value
  throw new RegistryError('INVALID_ARGUMENT', `${option}: ${got} must be ${rule}`)
}
