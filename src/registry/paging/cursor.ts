import { hash } from 'node:crypto'
import { RegistryError } from '../errors.ts'

/** The beginning of the next page. */
export type Cursor =
  /** After an identity, ordered by identity; valid in any process. */
  | { readonly kind: 'after'; readonly identity: string }
  /** At an offset in an order that one registry keeps. */
  | {
      readonly kind: 'in'
      readonly registryId: string
      readonly snapshotId: number
      readonly offset: number
    }

/** Enough for the longest identity: 256 bytes in base64url. */
const MAX_CURSOR_CHARACTERS = 512

/**
 * The digest that binds a cursor to its listing: 96 bits of SHA-256.
 * @param listing everything that distinguishes listings.
 */
export function listingDigest(listing: readonly string[]): string {
  return hash('sha256', JSON.stringify(listing), 'base64url').slice(0, 16)
}

/** Encodes a cursor for the listing with this digest. */
export function encodeCursor(digest: string, cursor: Cursor): string {
  switch (cursor.kind) {
    case 'after':
      return `a.${digest}.${Buffer.from(cursor.identity).toString('base64url')}`
    case 'in':
      return `s.${digest}.${cursor.registryId}.${cursor.snapshotId}.${cursor.offset}`
  }
}

/**
 * Decodes a cursor.
 * @param digest of the listing to continue.
 * @throws RegistryError `INVALID_ARGUMENT` for a cursor that is invalid or of another listing.
 */
export function decodeCursor(text: string, digest: string): Cursor {
  const match = text.length <= MAX_CURSOR_CHARACTERS ? CURSOR.exec(text) : null
  const { ofAfter, identity, ofIn, registryId, snapshotId, offset } = match?.groups ?? {}
  if (match === null) {
    throw invalid(
      'not a valid cursor; pass the nextCursor of a page, or leave it out for the first page',
    )
  }
  if ((ofAfter ?? ofIn) !== digest) {
    throw invalid(
      'belongs to another listing; continue with the filter, sortBy, order and namespace of the first page, or leave it out to start over',
    )
  }
  if (identity !== undefined) {
    return { kind: 'after', identity: Buffer.from(identity, 'base64url').toString() }
  }
  return {
    kind: 'in',
    registryId: registryId ?? '',
    snapshotId: Number(snapshotId),
    offset: Number(offset),
  }
}

const CURSOR =
  /^(?:a\.(?<ofAfter>[\w-]{16})\.(?<identity>[\w-]+)|s\.(?<ofIn>[\w-]{16})\.(?<registryId>[\w-]{12})\.(?<snapshotId>\d{1,15})\.(?<offset>\d{1,15}))$/

/** The error for a cursor. */
export function invalid(reason: string): RegistryError {
  return new RegistryError('INVALID_ARGUMENT', `options.cursor: ${reason}`)
}
