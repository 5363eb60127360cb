import { InputError } from '../input-error.ts'

/** A package of OpenTelemetry's SDK. Users install those they need: they are large, and most runs need none. */
const PACKAGES = {
  '@opentelemetry/context-async-hooks': () => import('@opentelemetry/context-async-hooks'),
  '@opentelemetry/core': () => import('@opentelemetry/core'),
  '@opentelemetry/exporter-metrics-otlp-http': () =>
    import('@opentelemetry/exporter-metrics-otlp-http'),
  '@opentelemetry/exporter-prometheus': () => import('@opentelemetry/exporter-prometheus'),
  '@opentelemetry/exporter-trace-otlp-http': () =>
    import('@opentelemetry/exporter-trace-otlp-http'),
  '@opentelemetry/otlp-transformer': () => import('@opentelemetry/otlp-transformer'),
  '@opentelemetry/resources': () => import('@opentelemetry/resources'),
  '@opentelemetry/sdk-metrics': () => import('@opentelemetry/sdk-metrics'),
  '@opentelemetry/sdk-trace': () => import('@opentelemetry/sdk-trace'),
} as const

/** The oldest Node that the SDK's packages run on, as their `engines` have it: major and minor version. */
const OLDEST_NODE = [22, 15] as const

type PackageName = keyof typeof PACKAGES
type Loaded<Name extends PackageName> = Awaited<ReturnType<(typeof PACKAGES)[Name]>>

/**
 * Imports a package of OpenTelemetry's SDK.
 * @param neededFor names the feature in the error, such as `--otlp`.
 * @param nodeVersion of this process.
 * @throws InputError that names what to install, if the package is missing or this Node is too old for it.
 */
export async function loadSdk<Name extends PackageName>(
  name: Name,
  neededFor: string,
  nodeVersion: string = process.versions.node,
): Promise<Loaded<Name>> {
  if (isTooOld(nodeVersion)) {
    throw new InputError(
      `${neededFor}: OpenTelemetry's SDK needs Node ${OLDEST_NODE.join('.')} or newer; this is ${nodeVersion} (${process.execPath}). Install it from https://nodejs.org.`,
    )
  }
  try {
    // The table has the right function for each name, which its type can't express.
    return (await PACKAGES[name]()) as Loaded<Name>
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new InputError(
      `${neededFor}: needs OpenTelemetry's SDK, which is not installed: npm i -D ${Object.keys(PACKAGES).join(' ')}`,
    )
  }
}

function isTooOld(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  return major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
}
