/** Extensions that imports leave out, in the order in which bundlers try them. */
const LEFT_OUT = ['.ts', '.tsx', '.mts', '.js', '.jsx', '.mjs', '/index.ts', '/index.js']

/** TypeScript sources by the extensions that imports write instead, those of the compiled files. */
const COMPILED = /\.([cm]?)js(x?)$/

/**
 * The paths of the files that an import of a relative path may mean, the likeliest first: as Node,
 * TypeScript and bundlers resolve it.
 */
export function pathsMeant(path: string): readonly string[] {
  const source = path.replace(COMPILED, '.$1ts$2')
  return [path, ...(source === path ? [] : [source]), ...LEFT_OUT.map((end) => path + end)]
}
