/**
 * Whether this program is the compiled package, in a project of its user, rather than the sources of the
 * repository.
 */
export const isInstalled = import.meta.filename.endsWith('.js')

/** Where users open a page of the documentation, such as `any-system.md`. */
export function docsPage(name: string): string {
  return `${isInstalled ? 'node_modules/prism-loadtest/' : ''}docs/${name}`
}
