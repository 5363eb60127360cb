import { extname } from 'node:path'

/**
 * The file of a program that a module starts by its path, in a process or thread of its own. The program
 * has the module's own extension: `.ts` here, `.js` in the published package, which is compiled.
 * @param name relative to the module, with `.ts`, such as `clock-thread.ts`.
 * @param moduleUrl the `import.meta.url` of the module that starts it.
 */
export function programBeside(name: `${string}.ts`, moduleUrl: string): URL {
  const { pathname } = new URL(moduleUrl)
  return new URL(name.replace(/\.ts$/, extname(pathname)), moduleUrl)
}
