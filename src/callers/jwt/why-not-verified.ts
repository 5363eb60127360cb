import { errors } from 'jose'

const NOT_BY_THE_ISSUER = 'the token is not signed by a key of the issuer'
const UNREACHABLE = "the issuer's keys are not reachable, so no token can be checked"

/** Why a token was not verified, in one sentence without any part of the token. */
export function whyNotVerified(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired'
  if (error instanceof errors.JWTClaimValidationFailed) return whyClaim(error.claim)
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return NOT_BY_THE_ISSUER
  }
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return UNREACHABLE
  if (error instanceof Error && error.name === 'KeysUnreachableError') return UNREACHABLE
  return 'the token is not valid'
}

function whyClaim(claim: string): string {
  switch (claim) {
    case 'iss':
      return 'the token is of another issuer'
    case 'aud':
      return 'the token is for another audience'
    case 'nbf':
      return 'the token is not valid yet'
    case 'typ':
      return 'the token is of another type'
    default:
      return 'the token lacks a claim'
  }
}
