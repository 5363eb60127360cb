import { RetentionPolicy, type StreamInfo } from '@nats-io/jetstream'
import type { Retention } from '../../durability-options.ts'
import { RegistryError } from '../../errors.ts'

/**
 * Accepts an existing stream if exactly-once can rely on it.
 * @param subject the only one that it may have.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function checkedStream(info: StreamInfo, subject: string): StreamInfo {
  const { name, subjects, retention, max_msgs_per_subject: perSubject, no_ack: noAck } = info.config
  const wrong =
    subjects.length !== 1 || subjects[0] !== subject
      ? `has the subjects ${subjects.join(', ')} instead of ${subject}`
      : retention !== RetentionPolicy.Limits
        ? `has the retention policy "${retention}" instead of "limits"`
        : perSubject > 0
          ? `keeps ${perSubject} messages per subject instead of all`
          : noAck
            ? 'does not acknowledge messages'
            : null
  if (wrong === null) return info
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `The JetStream stream "${name}" ${wrong}, so exactly-once can't use it, and it is left as it is. Choose another subjectPrefix or namespace, or delete the stream.`,
  )
}

/** The retention that a stream's settings give. */
export function retentionOf({ config }: StreamInfo): Retention {
  return {
    retentionMs: config.max_age === 0 ? Infinity : config.max_age / 1e6,
    duplicateWindowMs: config.duplicate_window / 1e6,
  }
}
