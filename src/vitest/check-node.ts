/** As `engines` in package.json has it: major and minor version. */
const OLDEST = [22, 14] as const

/**
 * Vitest starts on older versions of Node, too, but scenarios fail there for reasons that name no cure.
 * @throws Error for a version that is too old.
 */
export function checkNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return
  throw new Error(
    `prism-loadtest: Node ${OLDEST.join('.')} or newer is needed; this is ${version} (${process.execPath}). Install it from https://nodejs.org.`,
  )
}
