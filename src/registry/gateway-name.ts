import { written } from './arguments.ts'
import { RegistryError } from './errors.ts'

/**
 * A gateway's name: 1 to 64 letters, digits, `-` and `_`.
 * @param option what it was given as, for the message.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function validateGatewayName(name: unknown, option: string): string {
  if (typeof name === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(name)) return name
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `${option} is ${written(name)}; it must be 1 to 64 letters, digits, - or _.`,
  )
}
