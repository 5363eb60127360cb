import type { Messenger } from '../messenger.ts'
import type { Warnings } from '../warnings.ts'

/** The settings that every messenger has. */
export interface MessengerSettings {
  readonly gatewayName?: string
  readonly maxBacklogBytes?: number
  readonly warnings?: Warnings
}

/** Connects a messenger; all messengers of one test reach each other. */
export type ConnectMessenger = (settings?: MessengerSettings) => Promise<Messenger>
