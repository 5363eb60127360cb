/**
 * Whether this program is the compiled package, in a project of its user, rather than the sources of the
 * repository.
 */
export const isInstalled = import.meta.filename.endsWith('.js')
