import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose'
import { Provider } from 'oidc-provider'
import { freePort } from '../../environment/free-port.ts'

/** A key pair of the provider, and its name. */
export interface SigningKey {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
}

export async function signingKey(kid: string): Promise<SigningKey> {
  return { kid, ...(await generateKeyPair('ES256', { extractable: true })) }
}

const CLIENT = { id: 'alice', secret: 'of-alice' }

/** An OpenID provider on loopback, whose client `alice` gets access tokens for a service. */
export class OpenIdProvider {
  readonly issuer: string
  readonly #server: Server

  private constructor(issuer: string, server: Server) {
    this.issuer = issuer
    this.#server = server
  }

  /**
   * @param key signs the tokens.
   * @param options.port default: a free one.
   * @param options.claims added to each token.
   */
  static async start(
    key: SigningKey,
    {
      port,
      audience = 'registry',
      claims = {},
    }: { readonly port?: number; readonly audience?: string; readonly claims?: JWTPayload } = {},
  ): Promise<OpenIdProvider> {
    const server = createServer()
    const own = port ?? (await freePort())
    server.listen(own, '127.0.0.1')
    await once(server, 'listening')
    const issuer = `http://127.0.0.1:${own}`
    const jwk = { ...(await exportJWK(key.privateKey)), kid: key.kid, alg: 'ES256', use: 'sig' }
    const provider = new Provider(issuer, {
      jwks: { keys: [jwk] },
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
          id_token_signed_response_alg: 'ES256',
        },
      ],
      scopes: ['read:namespace:orders', 'write:namespace:orders'],
      extraTokenClaims: () => claims,
      ttl: { ClientCredentials: 600 },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => 'urn:registry',
          getResourceServerInfo: () => ({
            scope: 'read:namespace:orders write:namespace:orders',
            audience,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          }),
        },
      },
    })
    server.on('request', provider.callback())
    return new OpenIdProvider(issuer, server)
  }

  /** An access token, as the client gets it. */
  async accessToken(scope = 'read:namespace:orders write:namespace:orders'): Promise<string> {
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: {
        // A provider that takes another's place has none of its connections.
        connection: 'close',
        authorization: `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    })
    const answer = (await response.json()) as { readonly access_token?: string }
    if (answer.access_token === undefined) throw new Error(JSON.stringify(answer))
    return answer.access_token
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** Signs a token of one's own making. */
export function signed(
  { privateKey, kid }: SigningKey,
  claims: JWTPayload,
  header: { readonly alg?: string; readonly typ?: string } = {},
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid, ...header }).sign(privateKey)
}
