import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Authorizer } from '../../../src/callers/authorizer.ts'
import { JwtAuthorizer } from '../../../src/callers/jwt/jwt-authorizer.ts'

/** A caller with a token, and who decides about it. */
export interface Caller {
  readonly token: string
  /** Remembers tokens that it has verified. */
  readonly authorizer: Authorizer<string>
  /** Verifies the signature of every token anew. */
  readonly forgetful: Authorizer<string>
  readonly stop: () => Promise<void>
}

/**
 * A caller with a token that may read and write in these namespaces, and a server with the key it is signed with.
 * @param ownIdentities a pattern.
 */
export async function startCaller(
  namespaces: readonly string[],
  ownIdentities: string,
): Promise<Caller> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const keys = JSON.stringify({ keys: [await exportJWK(publicKey)] })
  const server = createServer((_, response) => void response.end(keys))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const scopes = namespaces.flatMap((name) => [`read:namespace:${name}`, `write:namespace:${name}`])
  const token = await new SignJWT({ scope: scopes.join(' '), identities: [ownIdentities] })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(issuer)
    .setAudience('registry')
    .setSubject('caller')
    .setExpirationTime('1h')
    .sign(privateKey)
  const options = { issuer, audience: 'registry', jwksUrl: issuer }
  return {
    token,
    authorizer: new JwtAuthorizer({ ...options, cacheForMs: 3_600_000 }),
    forgetful: new JwtAuthorizer({ ...options, cacheForMs: 0 }),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
